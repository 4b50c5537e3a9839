import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** AWS's service models (tests/aws-models), as far as an output can be held against them. They don't hold the services' limits. */
export type AwsService = 'cloudwatch' | 'dynamodb' | 'logs' | 'pricing' | 'xray';

interface Shape {
  type: string;
  members?: Record<string, Reference>;
  required?: string[];
  member?: Reference;
  key?: Reference;
  value?: Reference;
  enum?: string[];
  min?: number;
  max?: number;
  pattern?: string;
  exception?: boolean;
}
interface Reference {
  shape: string;
  locationName?: string;
}
interface Model {
  operations: Record<string, { input?: Reference; output?: Reference; errors?: Reference[] }>;
  shapes: Record<string, Shape>;
}

const models = new Map<AwsService, Model>();

const modelOf = (service: AwsService): Model => {
  const known = models.get(service);
  if (known !== undefined) return known;
  const model = JSON.parse(gunzipSync(readFileSync(new URL(`./aws-models/${service}.json.gz`, import.meta.url))).toString()) as Model;
  models.set(service, model);
  return model;
};

/**
 * An operation's output as it goes over the wire, or as the SDK's client hands it on (then with its `$metadata`), once it is found to be what the model says:
 * no member that the model doesn't have, none missing that it requires, every value of its type and within its enum, bounds and pattern.
 *
 * @throws Error naming every member that is not as it should be
 */
export const conformingTo = <T extends object>(service: AwsService, operation: string, output: T): T => {
  const model = modelOf(service);
  const definition = model.operations[operation];
  if (definition === undefined) throw new Error(`${service} has no operation ${operation}`);
  const { $metadata: _metadata, ...members } = output as T & { $metadata?: unknown };
  const problems =
    definition.output === undefined
      ? Object.keys(members).map((name) => `${name}: the operation has no output`)
      : problemsOf(model, definition.output, members, operation);
  if (problems.length > 0) throw new Error(`${service} ${operation} does not conform:\n${problems.join('\n')}`);
  return output;
};

/** The names of the errors that an operation may answer with, by the model; those that all services share are not among them. */
export const errorsOf = (service: AwsService, operation: string): string[] =>
  (modelOf(service).operations[operation]?.errors ?? []).map(({ shape }) => shape);

const problemsOf = (model: Model, reference: Reference, value: unknown, path: string): string[] => {
  const shape = model.shapes[reference.shape];
  if (shape === undefined) throw new Error(`the model has no shape ${reference.shape}`);
  switch (shape.type) {
    case 'structure':
      return isObject(value) ? structureProblems(model, shape, value, path) : [`${path}: ${told(value)} is no structure`];
    case 'list':
      if (!Array.isArray(value)) return [`${path}: ${told(value)} is no list`];
      return [
        ...boundProblems(shape, value.length, path),
        ...value.flatMap((item, index) => (shape.member ? problemsOf(model, shape.member, item, `${path}[${index}]`) : [])),
      ];
    case 'map':
      if (!isObject(value)) return [`${path}: ${told(value)} is no map`];
      return Object.entries(value).flatMap(([key, item]) => (shape.value ? problemsOf(model, shape.value, item, `${path}.${key}`) : []));
    default:
      return scalarProblems(shape, value, path);
  }
};

const structureProblems = (model: Model, shape: Shape, value: Record<string, unknown>, path: string): string[] => {
  // A member may go by another name on the wire than in the model.
  const members = new Map(
    Object.entries(shape.members ?? {}).flatMap(([name, member]) => [
      [name, member] as const,
      [member.locationName ?? name, member] as const,
    ]),
  );
  const missing = (shape.required ?? []).filter(
    (name) => value[name] === undefined && value[shape.members?.[name]?.locationName ?? name] === undefined,
  );
  return [
    ...missing.map((name) => `${path}.${name}: is required`),
    ...Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .flatMap(([name, item]) => {
        const member = members.get(name);
        return member === undefined ? [`${path}.${name}: no such member`] : problemsOf(model, member, item, `${path}.${name}`);
      }),
  ];
};

const scalarProblems = (shape: Shape, value: unknown, path: string): string[] => {
  switch (shape.type) {
    case 'string':
      return typeof value === 'string' ? textProblems(shape, value, path) : [`${path}: ${told(value)} is no string`];
    case 'integer':
    case 'long':
      return Number.isInteger(value) ? boundProblems(shape, value as number, path) : [`${path}: ${told(value)} is no integer`];
    case 'double':
    case 'float':
      return typeof value === 'number' && Number.isFinite(value) ? [] : [`${path}: ${told(value)} is no finite number`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: ${told(value)} is no boolean`];
    case 'timestamp':
      // Epoch seconds on the wire of the JSON protocols; a Date once the client has read them.
      return isTimestamp(value) ? [] : [`${path}: ${told(value)} is no timestamp in epoch seconds`];
    case 'blob':
      return typeof value === 'string' || value instanceof Uint8Array ? [] : [`${path}: ${told(value)} is no blob`];
    default:
      throw new Error(`a shape of type ${shape.type} is not known here`);
  }
};

const textProblems = (shape: Shape, value: string, path: string): string[] => {
  if (shape.enum !== undefined && !shape.enum.includes(value)) return [`${path}: ${told(value)} is none of ${shape.enum.join(', ')}`];
  if (shape.pattern !== undefined && !matches(shape.pattern, value)) return [`${path}: ${told(value)} does not match ${shape.pattern}`];
  return boundProblems(shape, value.length, path);
};

/** Some patterns are Java's (`\p{L}`), which JavaScript reads as Unicode ones. */
const matches = (pattern: string, value: string): boolean => new RegExp(`^(?:${pattern})$`, 'us').test(value);

/** Later than the year 5138 would be milliseconds. */
const EPOCH_S_MAX = 1e11;

const isTimestamp = (value: unknown): boolean =>
  value instanceof Date
    ? !Number.isNaN(value.getTime())
    : typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < EPOCH_S_MAX;

const boundProblems = ({ min, max }: Shape, size: number, path: string): string[] => [
  ...(min !== undefined && size < min ? [`${path}: ${size} is below ${min}`] : []),
  ...(max !== undefined && size > max ? [`${path}: ${size} is above ${max}`] : []),
];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const told = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80);
