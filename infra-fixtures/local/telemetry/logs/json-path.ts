/**
 * The value at a path such as `user.address.0.city`, undefined where there is none. A key that holds dots itself is found too, as in the spans'
 * `attributes.http.response.status_code`.
 */
export const valueAt = (json: unknown, path: string): unknown => {
  if (typeof json !== 'object' || json === null) return undefined;
  const record = json as Record<string, unknown>;
  if (Object.hasOwn(record, path)) return record[path];
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    if (!Object.hasOwn(record, key)) continue;
    const found = valueAt(record[key], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
};
