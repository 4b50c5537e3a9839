/**
 * Takes secrets out of text before it reaches a file or the terminal: names from scripts, log lines, URLs, error messages.
 *
 * It errs on the side of hiding. Patterns: userinfo in URLs, values of secret-looking keys (query strings, headers, JSON, assignments), bearer and
 * basic credentials, JSON Web Tokens (RFC 7519: three base64url parts, the first beginning with the encoding of `{"`), AWS access key ids
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes), GitHub and Slack tokens, private keys.
 */
export type Redact = (text: string) => string;

const MASK = '***';

// Every repetition has a bound, or begins at a character that it can't pass over: on 16 kB of `yyyy…` or `tokentoken…` an unbounded one takes a
// quarter of a second, and a script that logs such lines would hold up the whole collection.
const SECRET_WORD = String.raw`(?:token|secret|pass(?:w(?:or)?d|phrase)|pwd|api[_-]?key|access[_-]?key(?:[_-]?id)?|private[_-]?key|signature|credentials?|authorization|cookie|session[_-]?id|jwt)[\w-]{0,64}`;
const SECRET_KEY = String.raw`[\w.-]*${SECRET_WORD}`;

const RULES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  // scheme://user:password@host; the last @ before the path ends the userinfo, as URL parsers have it.
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]*@/gi, `$1${MASK}@`],
  // Headers whose whole value is a secret, whatever scheme it begins with.
  [/((?:authorization|cookie):[ \t]*)(?=\S)[^\r\n"'\\]+/gi, `$1${MASK}`],
  [/\b(bearer|basic)(\s+|%20|\+)[A-Za-z0-9._~+/=-]{4,}/gi, `$1$2${MASK}`],
  [/\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){0,3}/g, MASK],
  [/(?<![A-Z0-9])(?:A3T[A-Z0-9]|AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ABIA|ACCA)[A-Z2-7]{12,}(?![A-Z0-9])/g, MASK],
  [/\b(?:gh[pousr]_|github_pat_|xox[abprs]-)[A-Za-z0-9_-]{10,}/g, MASK],
  // "key": "value" or ["value"] in JSON, also with its quotes escaped as in a log line that quotes another (15 backslashes: four deep).
  [new RegExp(String.raw`(\\{0,15}["'])(${SECRET_KEY})(\1\s*:\s*\[?\s*)(\\{0,15}["'])(?:(?!\4)[\s\S])*`, 'gi'), `$1$2$3$4${MASK}`],
  // key=value, key = value, key: value, key%3Dvalue.
  [
    new RegExp(
      String.raw`(${SECRET_WORD})([ \t]{0,4}=(?!=)[ \t]{0,4}|%3D|:\s*(?=[^\s/*]))(?!\*\*\*|(?:bearer|basic)\b)[^\s&"'#;,<>\\)\]}]+`,
      'gi',
    ),
    `$1$2${MASK}`,
  ],
  [/([?&](?:key|sig|auth|code|pass|sid))=[^\s&"'#<>\\]+/gi, `$1=${MASK}`],
];

/**
 * @param secrets values known to be secret (such as `-e PASSWORD=…`), hidden wherever they occur. Values under 4 characters are left to the
 *   patterns: hiding every `1` would make the text unreadable and tell nobody anything.
 */
export function makeRedact(secrets: readonly string[] = []): Redact {
  const long = secrets.filter((secret) => secret.length >= 4);
  const literal = [...new Set(long.flatMap(spellings))].sort((a, b) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const secret of literal) out = out.replaceAll(secret, MASK);
    for (const [pattern, replacement] of RULES) out = out.replace(pattern, replacement);
    return out;
  };
}

/** As it is, in a URL, and within JSON as JavaScript and as Go write it: https://pkg.go.dev/encoding/json#Marshal */
function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const go = json.replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  return [secret, encodeURIComponent(secret.toWellFormed()), json, go];
}

/** Whether a variable of this name holds a secret, going by its name. */
export const isSecretName = (name: string): boolean => new RegExp(`^(?:${SECRET_KEY}|key|auth|pass|.*_key)$`, 'i').test(name);
