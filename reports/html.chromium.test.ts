import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HOSTILE_TEXTS, hostileReport } from '../tests/hostile.ts';
import { sampleReport } from '../tests/sample-report.ts';
import { loadHtmlAssets } from './assets.ts';
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { visible } from './text.ts';

const CHROMIUM = process.env['LOADKIT_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where there is no Chromium this says so by being skipped; CI installs one. */
describe.skipIf(!existsSync(CHROMIUM))('report.html in Chromium', () => {
  let browser: Browser;
  let directory: string;
  /** What the page must not do: console output, uncaught errors (a breach of the policy is either), requests to anything but itself. */
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    directory = await mkdtemp(join(tmpdir(), 'loadkit-report-'));
    const assets = await loadHtmlAssets();
    const pages = { sample: sampleReport(), hostile: hostileReport() };
    for (const [name, report] of Object.entries(pages)) await writeFile(join(directory, `${name}.html`), renderHtml(report, assets));
  });

  afterAll(async () => {
    await browser.close();
    await rm(directory, { recursive: true });
  });

  afterEach(() => {
    expect(complaints.splice(0)).toEqual([]);
  });

  async function open(name: 'sample' | 'hostile', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const url = pathToFileURL(join(directory, `${name}.html`)).href;
    page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    if (options.javaScriptEnabled !== false) await page.waitForFunction("performance.getEntriesByName('loadkit:drawn').length > 0");
    return page;
  }

  // Functions for the page are texts: these tests are typed without the DOM, as all of Node's side is.

  /** How many pixels of a chart have a colour that no text and no grid has: those of its lines. */
  const linePixels = (page: Page, id: string): Promise<number> =>
    page.evaluate<number>(`(() => {
      const canvas = document.getElementById('chart-${id}');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let colored = 0;
      for (let i = 0; i < data.length; i += 4) {
        const [r, g, b, a] = data.subarray(i, i + 4);
        if (a > 200 && Math.max(r, g, b) - Math.min(r, g, b) > 12) colored += 1;
      }
      return colored;
    })()`);

  const background = (page: Page): Promise<string> => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

  const overflow = (page: Page): Promise<number> =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  /** Texts whose contrast with the ground behind them is below 4.5:1 (WCAG 2.2, 1.4.3). */
  const faintTexts = (page: Page): Promise<string[]> =>
    page.evaluate<string[]>(`(() => {
      const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      const rgb = (color) => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data];
      };
      const luminance = ([r, g, b]) => {
        const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
      };
      const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
          const color = rgb(getComputedStyle(at).backgroundColor);
          if (color[3] === 255) return color;
        }
        return [255, 255, 255, 255];
      };
      const faint = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('script, noscript')) continue;
        const [a, b] = [luminance(rgb(getComputedStyle(element).color)), luminance(ground(element))].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        if (contrast < 4.5) faint.push(contrast.toFixed(2) + ' ' + walker.currentNode.data.trim());
      }
      return faint;
    })()`);

  it.each(['light', 'dark'] as const)('draws every chart and is readable in %s', async (colorScheme) => {
    const page = await open('sample', { colorScheme });
    for (const id of ['throughput', 'latency']) expect(await linePixels(page, id)).toBeGreaterThan(500);
    expect(await faintTexts(page)).toEqual([]);
    expect(await background(page)).toBe(colorScheme === 'dark' ? 'rgb(14, 17, 22)' : 'rgb(246, 247, 249)');
    await page.context().close();
  });

  it('follows the reader from light to dark, charts and all', async () => {
    const page = await open('sample', { colorScheme: 'light' });
    const chart = page.locator('#chart-users');
    const light = await chart.screenshot();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await faintTexts(page)).toEqual([]);
    expect(light.equals(await chart.screenshot())).toBe(false);
    await page.context().close();
  });

  it('prints in light colours with its charts, from the dark too, and goes back to the screen', async () => {
    const page = await open('sample', { colorScheme: 'dark' });
    const before = await page.locator('#chart-latency').screenshot();
    const users = await page.locator('#chart-users').screenshot();
    await page.evaluate(`addEventListener('beforeprint', () => {
      const { width, scales } = Chart.getChart('chart-latency');
      globalThis.onPaper = { width, ink: scales.x.options.ticks.color };
    })`);
    const paper = await page.pdf({ format: 'A4' });
    // The muted ink of the light colours.
    expect(await page.evaluate('globalThis.onPaper')).toEqual({ width: 860, ink: '#57606d' });
    expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await page.locator('#chart-latency').screenshot()).equals(before)).toBe(true);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect((await page.locator('#chart-users').screenshot()).equals(users)).toBe(false);
    expect(await faintTexts(page)).toEqual([]);
    expect(await linePixels(page, 'latency')).toBeGreaterThan(500);
    expect(await page.locator('nav').isVisible()).toBe(false);
    await page.context().close();
  });

  it.each([360, 768, 1920])('needs no sideways scrolling at %i pixels', async (width) => {
    const page = await open('hostile', { viewport: { width, height: 740 } });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.context().close();
  });

  it('moves nothing while it loads', async () => {
    const page = await open('sample');
    const shift = await page.evaluate<number>(`new Promise((resolve) => {
      let shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shift += entry.value ?? 0;
        if (list.getEntries().some(({ name }) => name === 'end')) resolve(shift);
      }).observe({ entryTypes: ['layout-shift', 'mark'] });
      performance.mark('end');
    })`);
    expect(shift).toBeLessThan(0.01);
    await page.context().close();
  });

  it('shows hostile names as text, and runs none of them', async () => {
    const page = await open('hostile');
    const text = (await page.locator('body').textContent()) ?? '';
    for (const hostile of HOSTILE_TEXTS) expect(text).toContain(visible(hostile));
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(await page.locator('img').count()).toBe(0);
    await page.context().close();
  });

  it('runs no script but its own', async () => {
    const page = await open('sample');
    const blocked = await page.evaluate<string>(`new Promise((resolve) => {
      addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'globalThis.pwned = 5';
      document.body.append(script);
    })`);
    expect(blocked).toBe('script-src-elem');
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    // The breach was made on purpose.
    expect(complaints.splice(0)).toHaveLength(1);
    await page.context().close();
  });

  it('shows the same moment in every chart', async () => {
    const page = await open('sample');
    const others = ['users', 'latency'].map((id) => page.locator(`#chart-${id}`));
    const before = await Promise.all(others.map((chart) => chart.screenshot()));
    await page.locator('#chart-throughput').hover();
    const during = await Promise.all(others.map((chart) => chart.screenshot()));
    expect(during.map((image, i) => image.equals(before[i] ?? image))).toEqual([false, false]);
    await page.locator('h1').hover();
    const after = await Promise.all(others.map((chart) => chart.screenshot()));
    expect(after.map((image, i) => image.equals(before[i] ?? Buffer.alloc(0)))).toEqual([true, true]);
    await page.context().close();
  });

  it('sorts the endpoints by keyboard, both ways', async () => {
    const page = await open('sample');
    const first = page.locator('#endpoints tbody th').first();
    const heading = page.locator('#endpoints thead th', { hasText: 'p95' });
    await heading.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('descending');
    expect(await first.textContent()).toBe('GET /extra/13/:id');
    await page.keyboard.press('Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    expect(await first.textContent()).toBe('GET /characters/:id');
    await page.locator('#endpoints thead').getByRole('button', { name: 'Endpoint' }).press('Space');
    expect(await page.locator('#endpoints [aria-sort]').count()).toBe(1);
    expect(await page.locator('#endpoints tbody th').nth(3).textContent()).toBe('GET /extra/7/:id');
    await page.context().close();
  });

  it('says all but the charts without JavaScript', async () => {
    const page = await open('sample', { javaScriptEnabled: false });
    expect(await page.locator('noscript p').isVisible()).toBe(true);
    expect(await page.getByRole('rowheader', { name: 'Average latency' }).isVisible()).toBe(true);
    expect(await page.locator('#endpoints tbody tr').count()).toBe(14);
    await page.context().close();
  });

  it.each(['sample', 'hostile'] as const)('reads the JUnit file of the %s report as well-formed XML', async (name) => {
    const xml = renderJunit(name === 'sample' ? sampleReport() : hostileReport());
    const page = await browser.newPage();
    const parse = `(() => {
      const parsed = new DOMParser().parseFromString(${JSON.stringify(xml)}, 'application/xml');
      return { error: parsed.querySelector('parsererror')?.textContent ?? null, cases: parsed.querySelectorAll('testsuite > testcase').length };
    })()`;
    const { error, cases } = await page.evaluate<{ error: string | null; cases: number }>(parse);
    expect(error).toBeNull();
    expect(cases).toBe(7);
    await page.close();
  });
});
