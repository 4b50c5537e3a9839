import { visible } from './text.ts';

/** Markup that is known to be safe. Made by `html` alone, or by `trusted` for what ships with loadkit. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Content = Html | string | number | null | undefined | false | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** Text as it may stand in an element or a quoted attribute. The five that XML knows, too: JUnit uses it. */
const escapeMarkup = (text: string): string => visible(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');

function render(content: Content): string {
  if (content instanceof Html) return content.markup;
  if (Array.isArray(content)) return content.map(render).join('');
  return content === null || content === undefined || content === false ? '' : escapeMarkup(String(content));
}

/**
 * A template that escapes whatever is put into it, unless it was made by this template itself. Values may stand in elements and in quoted
 * attributes; never in a tag's or an attribute's name, a script or a style.
 */
export const html = (parts: TemplateStringsArray, ...values: Content[]): Html =>
  new Html(parts.map((part, i) => part + render(values[i])).join(''));

/** Takes markup as it is: only for files that ship with loadkit. */
export const trusted = (markup: string): Html => new Html(markup);

const JSON_ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** A block of data for the page's scripts, which nothing in it can end. The browser never runs it, so that the policy needs no hash for it. */
export function dataBlock(id: string, data: unknown): Html {
  const json = JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (character) => JSON_ESCAPES[character] ?? '');
  return html`<script type="application/json" id="${id}">${trusted(json)}</script>`;
}
