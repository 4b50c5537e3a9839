const pieces = new Map<string, string[]>();

/**
 * The path of a route: `/characters/:id` with ['c1'] gives `/characters/c1`.
 *
 * @param route literal text with `:name` for each id; routes are few and literal, so what they are split into is kept
 * @throws Error when the number of ids is not the number of names
 */
export function pathOf(route: string, ids: readonly string[]): string {
  let parts = pieces.get(route);
  if (!parts) {
    parts = route.split(/:\w+/);
    pieces.set(route, parts);
  }
  if (parts.length !== ids.length + 1) throw new Error(`${route} takes ${parts.length - 1} ids, not ${ids.length}`);
  let path = parts[0] ?? '';
  for (const [i, id] of ids.entries()) path += encodeURIComponent(id) + (parts[i + 1] ?? '');
  return path;
}
