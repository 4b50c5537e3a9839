import { type FunctionName, functionDefinition, functionNames } from '../../game/definition.ts';

export interface Match {
  functionName: FunctionName;
  /** The route's resource, `/characters/{id}`. */
  resource: string;
  parameters: Record<string, string> | null;
}

interface Node {
  literals: Map<string, Node>;
  parameter: { name: string; node: Node } | null;
  methods: Map<string, { functionName: FunctionName; resource: string }>;
}

const node = (): Node => ({ literals: new Map(), parameter: null, methods: new Map() });

/** Finds the route of a request among those of the definition. A literal segment is preferred to a parameter, as API Gateway does. */
export const routeTable = (): ((method: string, path: string) => Match | null) => {
  const root = node();
  for (const functionName of functionNames) {
    for (const route of functionDefinition(functionName).routes ?? []) add(root, route, functionName);
  }
  return (method, path) => find(root, method, path);
};

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

const add = (root: Node, route: string, functionName: FunctionName): void => {
  const [method = '', resource = ''] = route.split(' ');
  let at = root;
  for (const segment of segmentsOf(resource)) {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) {
      const next = at.literals.get(segment) ?? node();
      at.literals.set(segment, next);
      at = next;
    } else {
      // API Gateway allows one parameter per place, so a second name is a mistake in the definition.
      if (at.parameter !== null && at.parameter.name !== name) throw new Error(`${resource} gives a second name to {${at.parameter.name}}`);
      at.parameter ??= { name, node: node() };
      at = at.parameter.node;
    }
  }
  at.methods.set(method, { functionName, resource });
};

/** @throws URIError for a path that is not properly escaped */
const find = (root: Node, method: string, path: string): Match | null => {
  const parameters: Record<string, string> = {};
  let at = root;
  for (const segment of segmentsOf(path)) {
    const literal = at.literals.get(segment);
    if (literal === undefined) {
      if (at.parameter === null) return null;
      parameters[at.parameter.name] = decodeURIComponent(segment);
      at = at.parameter.node;
    } else at = literal;
  }
  const target = at.methods.get(method);
  return target === undefined ? null : { ...target, parameters: Object.keys(parameters).length === 0 ? null : parameters };
};
