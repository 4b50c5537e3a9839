import { createHash } from 'node:crypto';
import type { Report, Verdict } from '../analyzers/contract.ts';
import type { HtmlAssets } from './assets.ts';
import { duration, instant } from './format.ts';
import { type Html, html, trusted } from './markup.ts';
import { SECTIONS } from './sections/index.ts';
import { icon, name } from './sections/parts.ts';
import { glueUnits } from './text.ts';
import { headline, loadText, partialNote, why } from './wording.ts';

/**
 * `report.html`: one file that fetches nothing. Its policy lets run only the scripts and styles that are in it, by their hashes; names from scripts
 * and servers are text wherever they stand. Works without JavaScript, but for the charts.
 */
export function renderHtml(report: Report, assets: HtmlAssets): string {
  const sections = SECTIONS.flatMap((section) => {
    const body = section.render(report);
    return body === null ? [] : [{ ...section, body }];
  });
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="loadkit ${report.plan.versions.loadkit}">
<title>${headline(report)}: ${report.plan.scenario}, ${loadText(report)}</title>
<link rel="icon" href="${favicon(report.verdict)}">
<style>${trusted(assets.css)}</style>
</head>
<body>
<header>
<p class="brand">loadkit load test</p>
<h1>${name(report.plan.scenario)}</h1>
<p class="about">${about(report)}</p>
</header>
<main>
${banner(report)}
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>\n${body}</section>\n`)}
</main>
<footer><p>Made by loadkit ${report.plan.versions.loadkit}. The same figures for programs are in report.json.</p></footer>
${assets.scripts.map((script) => html`<script type="module">${trusted(script)}</script>\n`)}
</body>
</html>
`;
  return page.markup;
}

const banner = (report: Report): Html => {
  const note = partialNote(report);
  return html`<section class="banner ${report.verdict}" aria-labelledby="verdict-title">${icon(report.verdict)}
<div><h2 id="verdict-title">${headline(report)}</h2><p>${glueUnits(why(report))}</p>${note !== null && html`<p class="partial">${note}</p>`}</div></section>`;
};

function about(report: Report): Html {
  const { durationS, target, startedAt } = report.plan;
  return html`${loadText(report)} · ${duration(durationS)} · ${name(target)} · <time datetime="${startedAt}">${instant(startedAt)}</time>`;
}

/** `img-src data:` is for the icon alone. */
function policy({ css, scripts }: HtmlAssets): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${scripts.map(hash).join(' ')}`,
    `style-src ${hash(css)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The verdict in the browser's tab, and no request for a favicon.ico where the report is served. */
const ICON_COLORS: Readonly<Record<Verdict, string>> = { pass: '#0b7a59', warn: '#b7791f', inconclusive: '#5b54a4', fail: '#b3311d' };

const favicon = (verdict: Verdict): string =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${ICON_COLORS[verdict]}"/></svg>`,
  )}`;
