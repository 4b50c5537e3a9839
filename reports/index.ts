/** Every way to show a Report. Renderers are pure, `Report => string`; only `loadHtmlAssets` reads files. */
export { loadHtmlAssets } from './assets.ts';
export { renderHtml } from './html.ts';
export { renderJson } from './json.ts';
export { renderJunit } from './junit.ts';
export { renderMarkdown } from './markdown.ts';
export { renderTerminal } from './terminal.ts';
