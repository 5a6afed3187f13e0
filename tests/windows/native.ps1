# Runs the sender for Windows on Windows itself, and shows what Wine cannot: a file that another program keeps to
# itself, a junction, an alternate stream, the access rules of the state's folder, what schtasks makes of
# daily-task.xml. Also a window that stays open after a double click, a path of more than
# 260 characters, a packed folder and a delivery as --dry-run. Nothing is sent, and no network is needed. It ends with
# the first thing that is not so.
#
#   pwsh tests/windows/native.ps1 FOLDER      with what the zip has in it
param([Parameter(Mandatory)][string]$Folder)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$package = (Resolve-Path -LiteralPath $Folder).Path
$sender = Join-Path $package 'healthmetric-sender.exe'
$work = Join-Path ([IO.Path]::GetTempPath()) ('healthmetric-native-' + [Guid]::NewGuid().ToString('N'))
[void][IO.Directory]::CreateDirectory($work)

# Nothing of this user's is read or changed.
$env:APPDATA = Join-Path $work 'roaming'
$env:LOCALAPPDATA = Join-Path $work 'local'
[void][IO.Directory]::CreateDirectory($env:APPDATA)
[void][IO.Directory]::CreateDirectory($env:LOCALAPPDATA)
Get-ChildItem env: | Where-Object Name -match '^(HEALTHMETRIC_|XDG_|GH_|GITHUB_TOKEN)' | Remove-Item

function Fail([string]$What) { throw "not so: $What" }

# Runs the sender, and expects that status.
function Invoke-Sender([int]$Status, [string[]]$Words) {
  $printed = Join-Path $work 'printed.txt'
  $said = Join-Path $work 'said.txt'
  & $sender @Words > $printed 2> $said
  $found = $LASTEXITCODE
  $result = [pscustomobject]@{
    Printed = [IO.File]::ReadAllText($printed)
    Said = [IO.File]::ReadAllText($said)
  }
  if ($found -ne $Status) {
    Fail "$($Words -join ' ') ends with ${Status}: it was $found`n$($result.Printed)$($result.Said)"
  }
  $result
}

# The names that a dry run of a folder would send, sorted and in one line.
function Get-Planned([string]$Source, [int]$Status = 0) {
  $plan = (Invoke-Sender $Status @('--dry-run', '--json', '--folder', $Source)).Printed | ConvertFrom-Json
  ($plan.files.path | Sort-Object) -join ' '
}

function New-File([string]$Path, [string]$Text) {
  [void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Path))
  [IO.File]::WriteAllText($Path, $Text)
}

function Assert-Equal([string]$Found, [string]$Wanted, [string]$What) {
  if ($Found -cne $Wanted) { Fail "${What}: '$Found' is not '$Wanted'" }
  Write-Output "ok: $What"
}

try {
  if ((Invoke-Sender 0 @('--version')).Printed -notmatch '^healthmetric-sender \d+\.\d+\.\d+') { Fail '--version' }
  if ((Invoke-Sender 0 @('--help')).Printed -notmatch '--dry-run') { Fail '--help' }
  Write-Output 'ok: --version and --help'

  $data = Join-Path $work 'data'
  New-File (Join-Path $data 'data.json') '{"rate": 61}'
  New-File (Join-Path $data "sub\Befund $([char]0xFC).csv") '1,2'
  $out = Join-Path $work 'out'
  [void](Invoke-Sender 0 @('--folder', $data, '--output', $out))
  $payload = Get-ChildItem (Join-Path $out '_storage\inbox') | Get-Content -Raw -Encoding utf8 | ConvertFrom-Json
  Assert-Equal (($payload.files.PSObject.Properties.Name | Sort-Object) -join '|') `
    "data.json|sub/Befund $([char]0xFC).csv" 'a folder is packed, with names as on Linux'
  $content = [Convert]::FromBase64String($payload.files.'data.json'.content)
  Assert-Equal ([Text.Encoding]::UTF8.GetString($content)) '{"rate": 61}' 'what is packed is what is in the file'

  $plan = (Invoke-Sender 0 @('--dry-run', '--folder', $data, '--repo', 'lab/data')).Printed
  if ($plan -notmatch 'lab/data') { Fail 'a dry run names the repository' }
  Write-Output 'ok: a delivery as --dry-run'

  $plain = Join-Path $work 'plain'
  New-File (Join-Path $plain 'a.json') '1'
  New-File (Join-Path $plain 'b.json') '2'
  $held = [IO.File]::Open((Join-Path $plain 'b.json'), 'Open', 'ReadWrite', 'None')
  try {
    $result = Invoke-Sender 4 @('--folder', $plain, '--output', (Join-Path $work 'held'))
    if ($result.Said -notmatch 'in use by another program') { Fail "a file in use is told: $($result.Said)" }
  } finally { $held.Dispose() }
  Assert-Equal (Get-Planned $plain) 'a.json b.json' 'a file in use is skipped with status 4, and goes with the next run'

  [void](New-Item -ItemType Junction -Path (Join-Path $plain 'junction') -Target $data)
  Assert-Equal (Get-Planned $plain) 'a.json b.json' 'a junction is not followed'

  Set-Content -LiteralPath (Join-Path $plain 'a.json') -Stream 'Zone.Identifier' -Value '[ZoneTransfer]'
  Assert-Equal (Get-Planned $plain) 'a.json b.json' 'an alternate stream is left alone'
  [void](Invoke-Sender 2 @('--file', (Join-Path $plain 'a.json:Zone.Identifier'), '--dry-run'))
  Write-Output 'ok: an alternate stream is refused where it is named'

  $long = Join-Path $work 'long'
  $name = (1..15 | ForEach-Object { "a folder of a deep tree $_" }) -join '\'
  New-File "\\?\$long\$name\deep.json" '3'
  Assert-Equal (Get-Planned $long) "$($name.Replace('\', '/'))/deep.json" 'a path of more than 260 characters'

  # An error at once; its text is not seen if the window closes with it.
  $env:HEALTHMETRIC_TIMEOUT = 'never'
  [void](Invoke-Sender 2 @())
  $window = Start-Process -FilePath $sender -PassThru
  try {
    if ($window.WaitForExit(10000)) { Fail 'a window of its own waits for Enter' }
  } finally {
    if (-not $window.HasExited) { $window.Kill() }
    Remove-Item env:HEALTHMETRIC_TIMEOUT
  }
  Write-Output 'ok: a window of its own stays open, a console of others does not wait'

  # A batch waits for a server that is not there; so the state's folder is made.
  $token = Join-Path $work 'token.txt'
  New-File $token ('github_pat_' + 'OfNobodyForThisTest0123456789')
  [void](Invoke-Sender 7 @('--folder', $data, '--repo', 'lab/data', '--token-file', $token,
      '--api-url', 'http://127.0.0.1:9', '--max-wait', '1s'))
  $rules = Get-Acl -LiteralPath (Join-Path $env:LOCALAPPDATA 'healthmetric')
  $others = $rules.Access | Where-Object AccessControlType -EQ 'Allow' |
    ForEach-Object { $_.IdentityReference.Translate([Security.Principal.SecurityIdentifier]).Value } |
    Where-Object { $_ -notin 'S-1-5-18', [Security.Principal.WindowsIdentity]::GetCurrent().User.Value }
  Assert-Equal ($others -join ' ') '' 'the state is for its user and the system alone'

  $task = "HealthMetric native $PID"
  schtasks /Create /TN $task /XML (Join-Path $package 'daily-task.xml')
  if ($LASTEXITCODE -ne 0) { Fail 'schtasks takes daily-task.xml' }
  $settings = (Get-ScheduledTask -TaskName $task).Settings
  schtasks /Delete /F /TN $task
  Assert-Equal "$($settings.DisallowStartIfOnBatteries) $($settings.StopIfGoingOnBatteries)" 'False False' `
    'the task runs on battery, too'
  Assert-Equal $settings.ExecutionTimeLimit 'PT0S' 'the task has no time limit'
} finally {
  Remove-Item -LiteralPath "\\?\$work" -Recurse -Force -ErrorAction Continue
}
Write-Output 'all of it is so'
