/**
 * Names requests by their routes, `GET /characters/{id}`, since traces hold whole paths. Routes that are known (the client names its
 * requests by them) decide; where none fits, parts that look like ids are replaced.
 */
export type NameOfRequest = (method: string, url: string) => string;

/** More distinct names than these have ids in them that nobody recognised. Guess: tune. */
const GUESSED_MAX = 200;
const OTHER = '{other}';

/**
 * @param routes `GET /characters/:id` or `GET /characters/{id}`; what doesn't look like that is left out
 * @example requestNames(['GET /items/:name'])('GET', 'https://x.example/prod/items/sword') // 'GET /items/{name}'
 */
export function requestNames(routes: readonly string[] = []): NameOfRequest {
  const patterns = routes.flatMap(patternOf).sort((a, b) => a.parameters - b.parameters);
  const guessed = new Set<string>();
  return (method, url) => {
    const path = pathOf(url);
    const ofMethod = patterns.filter((pattern) => pattern.method === method);
    const route = ofMethod.find(({ fits }) => fits.test(path)) ?? ofMethod.find(({ fits }) => fits.test(withoutBase(path)));
    if (route !== undefined) return route.name;
    const name = `${method} ${guessedRoute(path)}`;
    if (guessed.size < GUESSED_MAX) guessed.add(name);
    return guessed.has(name) ? name : `${method} ${OTHER}`;
  };
}

/** The same route whichever way its parameters are written, for comparing: `GET /characters/:id` and `GET /characters/{characterId}`. */
export const routeKey = (name: string): string => name.replace(/(?<=\/)(?::[^/]+|\{[^/]+\})/g, '{}').replace(/(?<=[^ ])\/$/, '');

interface Pattern {
  method: string;
  fits: RegExp;
  name: string;
  parameters: number;
}

const ROUTE = /^([A-Z]+) (\/\S*)$/;
const PARAMETER = /^(?::(.+)|\{(.+)\})$/;

function patternOf(route: string): Pattern[] {
  const [, method, path] = ROUTE.exec(route) ?? [];
  if (method === undefined || path === undefined) return [];
  const parts = path.split('/').filter((part) => part !== '');
  const names = parts.map((part) =>
    PARAMETER.exec(part)
      ?.slice(1)
      .find((name) => name !== undefined),
  );
  const source = parts.map((part, i) => (names[i] === undefined ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : '[^/]+')).join('/');
  return [
    {
      method,
      fits: new RegExp(`^/${source}/?$`),
      name: `${method} /${parts.map((part, i) => (names[i] === undefined ? part : `{${names[i]}}`)).join('/')}`,
      parameters: names.filter((name) => name !== undefined).length,
    },
  ];
}

/** Without scheme, host, query and fragment. */
function pathOf(url: string): string {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path === '' ? '/' : path;
}

/** A stage or a base path may stand before the route. */
const withoutBase = (path: string): string => path.replace(/^\/[^/]+/, '');

/** A part with a digit or of the length of a token: routes seldom have either, ids nearly always. Version parts such as `v1` are routes. */
const isId = (part: string): boolean => (/\d/.test(part) && !/^v\d{1,2}$/.test(part)) || part.length > 30;

const guessedRoute = (path: string): string =>
  path
    .split('/')
    .map((part) => (isId(part) ? '{id}' : part))
    .join('/');
