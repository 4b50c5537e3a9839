/** The longest text from outside that a report repeats, in UTF-16 units. report.json has it whole. guess: tune */
const TEXT_LENGTH_MAX = 2000;

/**
 * Characters that act on their surroundings instead of showing: controls (a terminal obeys them, XML forbids them), direction overrides (they
 * make a name read backwards), line and paragraph separators, lone surrogates, noncharacters and the byte order mark.
 */
const ACTING = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\uFEFF]/gu;

const codePoint = (character: string): string => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

export const NO_BREAK_SPACE = '\u00A0';

/** Keeps a figure and its unit, and a bound and its figure, on one line: `< 2 s`, `104 requests/s`. */
export const glueUnits = (text: string): string =>
  text.replace(/(?<=[<≥]) (?=\d)|(?<=\d) (?=(?:%|ms|s|min|h|bytes|[kMGT]B|req\/s|requests\/s)(?![a-z]))/g, NO_BREAK_SPACE);

/**
 * A text from a script or a server made safe to look at: one line, of bounded length, acting characters spelled out as `⟨U+202E⟩`. Escaping for
 * the output's own syntax comes after this.
 */
export function visible(text: string): string {
  const clipped = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
  return clipped.replace(/[\t\n\r]+/g, ' ').replace(ACTING, codePoint);
}
