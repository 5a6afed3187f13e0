// Chromium, headless, with a new page for each use.
import { createRequire } from 'node:module';
import path from 'node:path';

/** `tools` is the folder whose node_modules has playwright-core and axe-core. */
export const openBrowser = async (tools, executablePath) => {
  const require = createRequire(path.resolve(tools, 'package.json'));
  const { chromium } = require('playwright-core');
  // Root, in a container, has no user namespaces for the sandbox; the pages are our own.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  return { browser, axe: require('axe-core').source };
};

/** Opens a file; what goes wrong in it meanwhile is collected in `faults`. */
export const openPage = async (browser, file, options = {}) => {
  const { width = 1280, height = 900, ...others } = options;
  const context = await browser.newContext({ viewport: { width, height }, ...others });
  const page = await context.newPage();
  const url = `file://${path.resolve(file)}`;
  const faults = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url + (options.hash ?? ''));
  return { context, page, faults };
};
