// What `healthmetric-receiver page` wrote, in a browser.
//
//   node check_page.mjs TOOLS CHROMIUM FOLDER
//
// FOLDER has the pages: ward.html, hostile.html, many.html, empty.html, bounded.html, clocks.html. Prints a line of JSON for each
// check: its name, and what is wrong, which is "" when all is well.
import assert from 'node:assert/strict';
import path from 'node:path';
import { openBrowser, openPage } from './browser.mjs';

const [, , tools, chromium, folder] = process.argv;
const checks = [];
const check = (name, file, options, run) => checks.push({ name, file, options, run });

const texts = (page, selector) => page.locator(selector).allTextContents();
const rows = (page) => page.locator('#batches tbody tr');
const status = (page) => page.locator('#batches [role=status]').textContent();
const cells = (page, column) => texts(page, `#batches tbody td:nth-child(${column})`);
const focused = (page) => page.evaluate(() => document.activeElement.textContent || document.activeElement.tagName);
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const label = (page, name) => page.locator('.filters').getByLabel(name, { exact: true });

const press = async (page, key, times = 1) => {
  for (let i = 0; i < times; ++i) await page.keyboard.press(key);
};

/** Tab until the focus is on something that matches. */
const tabTo = async (page, selector, most = 60) => {
  for (let i = 0; i < most; ++i) {
    await press(page, 'Tab');
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`Tab does not reach ${selector}`);
};

const expectNoAxeFinding = async (page, axe) => {
  // The policy of the page forbids other scripts; only the debugger may run one.
  const debuggerSession = await page.context().newCDPSession(page);
  await debuggerSession.send('Runtime.evaluate', { expression: axe });
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`);
  });
  assert.deepEqual(found, []);
};

check('it shows who sent what and how much', 'ward.html', {}, async (page) => {
  assert.equal(await page.locator('h1').textContent(), 'Stored batches');
  assert.equal(await page.locator('#as-of').textContent(), 'As of 2026-11-28 18:00 UTC');
  const figures = Object.fromEntries(await page.locator('#figures > div').evaluateAll((all) =>
    all.map((one) => [one.querySelector('dt').textContent, one.querySelector('dd').textContent])));
  assert.equal(figures.Producers, '5');
  assert.equal(figures['Silent or never seen'], '2');
  assert.equal(figures['Rejected batches'], '4');
  assert.match(figures.Stored, /^[0-9.]+ MiB$/);
  assert.deepEqual(await texts(page, '#producers tbody th'), ['lab', 'icu-2', 'clinic-east', 'ward-3', 'ws-12']);
  assert.deepEqual(await texts(page, '#producers tbody td:nth-child(2)'), ['silent', 'never seen', 'ok', 'ok', 'ok']);
  assert.equal(await page.locator('#producers .chip.warn').textContent(), '2026-12-05');
  assert.equal(await page.locator('#inbox tbody tr').count(), 4);
  assert.match((await texts(page, '#inbox p')).at(-1), /^Not looked at: the inbox branch/);
  assert.match(await page.locator('#growth svg').getAttribute('aria-label'), /^Stored bytes, from 2026-09-27/);
  assert.equal(await page.locator('#growth svg path').count(), 2);
});

check('the policy refuses styles and scripts of others', 'ward.html', { expected: 2 }, async (page) => {
  const policy = await page.locator('meta[http-equiv]').getAttribute('content');
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'/);
  const { ran, colour } = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    const text = document.createElement('p');
    text.setAttribute('style', 'color: rgb(1, 2, 3)');
    document.body.append(text);
    return { ran: window.ran === true, colour: getComputedStyle(text).color };
  });
  assert.equal(ran, false);
  assert.notEqual(colour, 'rgb(1, 2, 3)');
});

check('search finds names, producers, paths, ids and reasons', 'ward.html', {}, async (page) => {
  const search = label(page, 'Search');
  for (const [query, column, expected] of [['home-mon', 2, /home-monitor/], ['WS-12', 3, /^ws-12$/], ['glucose', 2, /home-monitor/],
    ['missing for 7', 6, /rejected/], ['20261101T', 1, /^2026-11-01/], ['vitals 2026-10/sleep', 2, /vitals/]]) {
    await search.fill(query);
    const found = await cells(page, column);
    assert.ok(found.length > 0, query);
    found.forEach((text) => assert.match(text, expected, query));
  }
  await search.fill('no such thing');
  assert.equal(await rows(page).count(), 0);
  assert.ok(await page.getByText('No batch matches.').isVisible());
  await page.getByRole('button', { name: 'Show all' }).click();
  assert.equal(await search.inputValue(), '');
  assert.equal(await rows(page).count(), 50);
});

check('filters choose by producer, batch, status and type', 'ward.html', {}, async (page) => {
  await label(page, 'Status').selectOption('rejected');
  assert.equal(await rows(page).count(), 4);
  assert.match(await status(page), /^4 batches \(of \d+\)$/);
  await label(page, 'Producer').selectOption('ward-3');
  assert.ok((await cells(page, 3)).every((text) => text === 'ward-3'));
  await label(page, 'Status').selectOption('all');
  await label(page, 'Type').selectOption('image/png');
  const images = await rows(page).count();
  assert.ok(images > 10);
  assert.ok((await cells(page, 4)).every((text) => Number(text) > 0));
  await label(page, 'Type').selectOption('text/csv');
  assert.equal(await rows(page).count(), 0);
  await label(page, 'Producer').selectOption('all');
  await label(page, 'Batch').selectOption('assays');
  assert.ok((await cells(page, 3)).every((text) => text === 'lab'));
});

check('the header sorts, either way', 'ward.html', {}, async (page) => {
  await label(page, 'Producer').selectOption('ward-3');
  for (const [by, column, value] of [['files', 4, Number], ['time', 1, (time) => Date.parse(time.replace(' ', 'T'))]]) {
    const head = page.locator(`#batches th[data-sort=${by}]`);
    const button = head.getByRole('button');
    const order = [];
    for (let i = 0; i < 2; ++i) {
      await button.click();
      order.push([await head.getAttribute('aria-sort'), (await cells(page, column)).map(value)]);
    }
    for (const [direction, values] of order) {
      const sorted = [...values].sort((a, b) => (direction === 'ascending' ? a - b : b - a));
      assert.deepEqual(values, sorted, `${by} ${direction}`);
    }
    assert.notEqual(order[0][0], order[1][0]);
  }
  await page.locator('#batches th').getByRole('button', { name: 'Status' }).click();
  assert.equal((await cells(page, 6))[0], 'rejected');
});

check('a long table has pages', 'many.html', {}, async (page) => {
  assert.equal(await status(page), '1–50 of 10,000 batches');
  const [first] = await cells(page, 1);
  await page.getByRole('button', { name: 'Next batches' }).click();
  assert.equal(await status(page), '51–100 of 10,000 batches');
  assert.notEqual((await cells(page, 1))[0], first);
  assert.ok(await page.getByRole('button', { name: 'Previous batches' }).isEnabled());
});

check('everything can be done with the keyboard', 'ward.html', {}, async (page) => {
  await press(page, 'Tab');
  assert.equal(await focused(page), 'Skip to the batches');
  await press(page, 'Enter');
  await tabTo(page, 'input[type=search]');
  await page.keyboard.type('glucose');
  await tabTo(page, '[data-sort=bytes] button');
  await press(page, 'Enter');
  assert.equal(await page.locator('[data-sort=bytes]').getAttribute('aria-sort'), 'descending');
  await tabTo(page, '#batches tbody a');
  const link = await focused(page);
  await press(page, 'Enter');
  await page.locator('dialog[open]').waitFor();
  assert.equal(await focused(page), 'Close');
  await tabTo(page, 'dialog button.plain');
  await press(page, 'Enter');
  assert.ok(await page.locator('dialog .versions li').count() > 10);
  await press(page, 'Escape');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  assert.equal(await focused(page), link);
});

check('the arrow keys move in the calendar, Enter shows a day', 'ward.html', {}, async (page) => {
  await tabTo(page, '#calendar [role=gridcell]');
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^2026-11-28, clinic-east: 1 batch/);
  assert.equal(await page.locator('#calendar [tabindex="0"]').count(), 1);
  await press(page, 'ArrowLeft');
  await press(page, 'ArrowDown');
  await press(page, 'ArrowUp');
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^2026-11-27, clinic-east: 2 batches, 6 files/);
  await press(page, 'Enter');
  assert.equal(await rows(page).count(), 2);
  assert.ok((await cells(page, 1)).every((text) => text.startsWith('2026-11-27')));
  await page.getByRole('button', { name: 'Received on 2026-11-27' }).click();
  assert.ok(await rows(page).count() > 2);
});

check('the calendar goes back in time', 'many.html', {}, async (page) => {
  const shown = page.locator('#calendar [role=status]').first();
  const before = await shown.textContent();
  assert.ok(await page.getByRole('button', { name: 'Next days' }).isDisabled());
  await page.getByRole('button', { name: 'Previous days' }).click();
  assert.notEqual(await shown.textContent(), before);
  await page.getByRole('button', { name: 'Next producers of the calendar' }).click();
  assert.equal(await page.locator('#calendar tbody tr').count(), 15);
});

check('clocks that are wrong stretch nothing and hide nothing', 'clocks.html', {}, async (page) => {
  // Two batches were packed in 1975 and 2090, and received in the last two days; two were received in 1975 and 2090.
  const asOf = (await page.locator('#as-of time').getAttribute('datetime')).slice(0, 10);
  assert.ok((await texts(page, '#calendar [role=status]'))[0].endsWith(` to ${asOf}, by the day a batch was received (UTC)`));
  assert.equal(await page.locator('#calendar td.some').count(), 2);
  assert.ok(await page.getByRole('button', { name: 'Previous days' }).isHidden());
  assert.ok((await page.locator('#growth svg').getAttribute('aria-label')).endsWith(` to ${asOf}: they grew to 15.0 KiB`));
  assert.deepEqual(await page.locator('#growth svg text[text-anchor=start]').count(), 1);
  for (const section of ['calendar', 'growth']) {
    assert.match(await page.locator(`#${section} > p.small`).textContent(),
      /^2 batches are on none of these days: received before \d{4}-\d\d-\d\d or after \d{4}-\d\d-\d\d\. The table of batches has them\.$/);
  }
  assert.equal(await status(page), '4 batches');
  await page.locator('#calendar td.some').last().click();
  assert.deepEqual(await cells(page, 1), ['2090-05-01 12:00']);
  await page.getByRole('button', { name: 'Show all' }).click();
  await label(page, 'Search').fill('never-processed');
  await rows(page).first().locator('a').click();
  assert.match(await page.locator('dialog .facts').textContent(), /Received2090-05-01 12:00:00 UTC/);
});

check('a batch has its files, their versions and what is gone', 'ward.html', {}, async (page) => {
  await label(page, 'Batch').selectOption('home-monitor');
  await rows(page).first().locator('td').nth(3).click();
  const dialog = page.locator('dialog[open]');
  assert.equal(await dialog.locator('h2').textContent(), 'home-monitor');
  const id = await dialog.locator('.facts .code').textContent();
  assert.match(id, /^20261128T\d{6}Z-home-monitor-[0-9a-f]{8}$/);
  assert.equal(new URL(page.url()).hash, `#/batch/${id}`);
  assert.ok((await texts(page, 'dialog td:first-child')).includes('glucose.csv'));
  await dialog.getByRole('button', { name: /versions of glucose.csv/ }).click();
  const versions = await texts(page, 'dialog .versions li');
  assert.ok(versions[0].includes('(this one)') && versions.length > 10, versions[0]);
  await dialog.locator('.versions a').first().click();
  await page.waitForFunction((old) => !document.querySelector('dialog .facts .code').textContent.includes(old), id);
  await page.goBack();
  await page.waitForFunction((old) => document.querySelector('dialog .facts .code').textContent.includes(old), id);
  await dialog.getByRole('button', { name: 'Close' }).click();
  assert.equal(new URL(page.url()).hash, '');
  await label(page, 'Batch').selectOption('assays');
  await label(page, 'Search').fill('plate-016-a');
  await rows(page).first().locator('a').click();
  assert.match(await dialog.locator('h3').last().textContent(), /^Gone: 1 that had been sent before$/);
  assert.deepEqual(await texts(page, 'dialog .paths li'), ['plate-016-a.csv']);
});

check('a rejected batch tells why', 'ward.html', {}, async (page) => {
  await label(page, 'Status').selectOption('rejected');
  assert.ok((await texts(page, '#batches tbody .reason')).some((text) => text.includes('the SHA-256 of')));
  await rows(page).first().locator('a').click();
  assert.match(await page.locator('dialog .reason').textContent(), /the SHA-256 of|parts 2 to 3/);
  assert.equal(await page.locator('dialog table').count(), 0);
});

check('a link names a batch', 'ward.html', {}, async (page) => {
  const id = await page.evaluate(() => document.querySelector('#batches tbody a').hash);
  await page.goto(page.url() + id);
  await page.reload();
  assert.ok(await page.locator('dialog[open]').isVisible());
  await page.goto(`${page.url().split('#')[0]}#/batch/%ff`);
  await page.waitForFunction(() => !document.querySelector('dialog').open);
});

check('hostile names are text', 'hostile.html', {}, async (page) => {
  const all = await page.evaluate(() => document.body.textContent);
  assert.ok(all.includes('<script>document.title'), 'the name of a batch');
  assert.ok(all.includes('<img src=x onerror='), 'a producer');
  assert.ok(all.includes('</script><script>'), 'a reason');
  // Every batch and every version of its files, as clicks open them.
  const opened = await page.evaluate(async () => {
    const links = [...document.querySelectorAll('#batches tbody a')];
    for (const link of links) {
      const changed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
      link.click();
      await changed;
      document.querySelectorAll('dialog button.plain').forEach((button) => button.click());
      document.querySelector('dialog').close();
    }
    return links.length;
  });
  assert.ok(opened > 40);
  for (const query of ['<script', "'", '"', '\\', '[', '(', '\u202e', 'x'.repeat(5000)]) await label(page, 'Search').fill(query);
  assert.equal(await page.title(), 'Stored batches');
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator('img, iframe, object, embed, base, form, svg svg, script').count(), 2);
  assert.ok(!all.includes('\u202e'), 'a name turned the text around');
});

for (const [name, file] of [['a week of a ward', 'ward.html'], ['hostile names', 'hostile.html'], ['many batches', 'many.html'], ['nothing', 'empty.html']]) {
  check(`${name} fits 360 pixels`, file, { width: 360, height: 740 }, async (page) => {
    assert.ok(await overflow(page) <= 0, `${await overflow(page)} pixels too wide`);
    if (await rows(page).count() === 0) return;
    await rows(page).first().locator('a').click();
    assert.ok(await overflow(page) <= 0);
    const inside = await page.locator('dialog').evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
    assert.ok(inside <= 0, `the dialog: ${inside} pixels too wide`);
  });
}

check('it uses the room of a wide window and no more', 'ward.html', { width: 2400 }, async (page) => {
  assert.ok(await overflow(page) <= 0);
  const { width } = await page.locator('main').boundingBox();
  assert.ok(width > 900 && width < 1300, String(width));
});

check('dark where the system is', 'ward.html', { colorScheme: 'dark' }, async (page, axe) => {
  const [back, ink] = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);
  const brightness = (colour) => colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
  assert.ok(brightness(back) < 120 && brightness(ink) > 600, `${back} ${ink}`);
  await expectNoAxeFinding(page, axe);
});

check('axe finds nothing', 'ward.html', {}, expectNoAxeFinding);
check('axe finds nothing in a narrow window', 'ward.html', { width: 360 }, expectNoAxeFinding);
check('axe finds nothing in hostile names', 'hostile.html', {}, expectNoAxeFinding);
check('axe finds nothing where nothing is stored', 'empty.html', {}, expectNoAxeFinding);
check('axe finds nothing in a batch', 'ward.html', {}, async (page, axe) => {
  await label(page, 'Batch').selectOption('vitals');
  await rows(page).first().locator('a').click();
  await page.locator('dialog button.plain').first().click();
  await expectNoAxeFinding(page, axe);
});

check('it is printed without what only a screen needs', 'ward.html', { colorScheme: 'dark' }, async (page) => {
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.filters').isVisible(), false);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  const pdf = await page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 10_000);
});

check('an empty storage is told', 'empty.html', {}, async (page) => {
  assert.deepEqual(await texts(page, '.empty'), ['No producer has sent anything yet.', 'There is no batch yet.',
    'Nothing was stored yet.', 'Nothing was rejected.', 'There is no batch yet. What the receiver stores or rejects appears here.']);
});

check('what is not shown is told', 'bounded.html', {}, async (page) => {
  const notices = (await texts(page, '#notices li')).join('\n');
  assert.match(notices, /Shown are the 20 batches packed last\. \d+ older ones with [0-9.]+ MiB count in the curve alone/);
  assert.match(notices, /Chosen when this page was made: producer clinic-east, packed since 2026-10-01T00:00:00Z\./);
  assert.equal(await status(page), '20 batches');
});

check('without scripts it tells another way', 'ward.html', { javaScriptEnabled: false }, async (page) => {
  assert.ok(await page.locator('noscript .notice').isVisible());
});

check('search in 10,000 batches answers at once', 'many.html', {}, async (page) => {
  const times = await page.evaluate(() => {
    const input = document.querySelector('input[type=search]');
    return ['ws-1', 'rate', 'daily-3 ws-12', 'SHA-256', '2026-1', 'zzz', ''].map((query) => {
      const begin = performance.now();
      input.value = query;
      input.dispatchEvent(new Event('input', { bubbles: true }));
      document.body.getBoundingClientRect();
      return performance.now() - begin;
    });
  });
  console.error(`search: ${times.map((time) => time.toFixed(1)).join(', ')} ms`);
  assert.ok(Math.max(...times) < 1000, times.join(', '));
});

const { browser, axe } = await openBrowser(tools, chromium);
for (const { name, file, options, run } of checks) {
  const { expected = 0, ...context } = options;
  const begin = performance.now();
  let wrong = '';
  let opened;
  try {
    opened = await openPage(browser, path.join(folder, file), context);
    opened.page.setDefaultTimeout(60_000);
    await run(opened.page, axe);
    if (opened.faults.length !== expected) wrong = opened.faults.join('\n') || 'the browser complained of nothing';
  } catch (error) {
    wrong = [error.stack, ...(opened?.faults ?? [])].join('\n');
  }
  await opened?.context.close();
  console.error(`${name}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  process.stdout.write(`${JSON.stringify({ name, wrong })}\n`);
}
await browser.close();
