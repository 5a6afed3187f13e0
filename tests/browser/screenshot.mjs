// Pictures of a page: FOLDER/page-light.png and FOLDER/page-dark.png, and with --all more to look at.
//
//   node screenshot.mjs TOOLS CHROMIUM PAGE FOLDER [--all]
import path from 'node:path';
import { openBrowser, openPage } from './browser.mjs';

const [, , tools, chromium, file, folder, all] = process.argv;
const TOP = { width: 1200, height: 1150 };
const views = [['page-light', { colorScheme: 'light', ...TOP }], ['page-dark', { colorScheme: 'dark', ...TOP }]];
const more = [['narrow', { width: 360, height: 780, whole: true }], ['whole', { width: 1200, whole: true }],
  ['narrow-dark', { width: 360, height: 780, colorScheme: 'dark', whole: true }],
  ['detail', { width: 1200, open: true }], ['detail-narrow', { width: 360, height: 780, open: true }],
  ['print', { width: 900, media: 'print', whole: true }]];

const { browser } = await openBrowser(tools, chromium);
for (const [name, { whole = false, open = false, media, ...options }] of all ? [...views, ...more] : views) {
  const { context, page } = await openPage(browser, file, options);
  if (media) await page.emulateMedia({ media });
  if (open) {
    await page.locator('#batches tbody a').first().click();
    await page.locator('dialog button.plain').first().click();
  }
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: whole });
  await context.close();
}
await browser.close();
