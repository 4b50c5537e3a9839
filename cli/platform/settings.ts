import { KINDS } from '../../analyzers/families.ts';
import { isObject, type Json } from '../../analyzers/json.ts';
import type { ConfiguredResource } from '../../analyzers/sources/inventory/configured.ts';

/** `ext.loadkit.aws`: where AWS is asked, and for which resources. */
export interface AwsSettings {
  region?: string;
  /** A CloudFormation stack: its resources, and those of the stacks within it. */
  stackName?: string;
  /** All of them; a value of `""` stands for any. */
  tags?: Record<string, string>;
}

export interface Edge {
  from: string;
  to: string;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): boolean => isObject(value) && Object.values(value).every((each) => typeof each === 'string');
const isNumberOrNull = (value: unknown): boolean => value === null || (typeof value === 'number' && Number.isFinite(value) && value >= 0);

const hasOnly = (value: unknown, keys: Readonly<Record<string, (value: unknown) => boolean>>): boolean =>
  isObject(value) && Object.entries(value).every(([key, at]) => Object.hasOwn(keys, key) && keys[key]?.(at) === true);

export const AWS_HINT = 'an object with region, stackName or tags, such as {"region": "eu-central-1", "stackName": "game"}';
export const isAwsSettings = (value: unknown): value is AwsSettings => hasOnly(value, { region: isText, stackName: isText, tags: isTexts });

const isList =
  (each: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(each);

const isIndex = (value: unknown): boolean => hasOnly(value, { name: isText, readUnits: isNumberOrNull, writeUnits: isNumberOrNull });
const isMetric = (value: unknown): boolean =>
  hasOnly(value, { namespace: isText, name: isText, dimensions: isTexts, stats: isList(isText) }) &&
  ['namespace', 'name', 'dimensions', 'stats'].every((key) => key in (value as Json));
const isScaling = (value: unknown): boolean =>
  value === null || isList((each) => hasOnly(each, { metric: isText, target: isNumberOrNull }))(value);
const isBilling = (value: unknown): boolean => value === null || value === 'provisioned' || value === 'on-demand';

const isArch = (value: unknown): boolean => value === null || value === 'x86_64' || value === 'arm64';

const LIMITS = {
  memoryMb: isNumberOrNull,
  timeoutS: isNumberOrNull,
  reservedConcurrency: isNumberOrNull,
  accountConcurrency: isNumberOrNull,
  billing: isBilling,
  readUnits: isNumberOrNull,
  writeUnits: isNumberOrNull,
  cpuUnits: isNumberOrNull,
  tasksMin: isNumberOrNull,
  tasksMax: isNumberOrNull,
  tasksDesired: isNumberOrNull,
  scaling: isScaling,
  arch: isArch,
  nodeType: (value: unknown) => value === null || isText(value),
  memoryBytes: isNumberOrNull,
  connectionsMax: isNumberOrNull,
  ratePerS: isNumberOrNull,
  burst: isNumberOrNull,
};

export const RESOURCES_HINT =
  'a list of resources such as {"node": "lambda:auth"} or {"node": "fargate:engine", "dimensions": {"ClusterName": "game", "ServiceName": "engine"}}';

/** `ext.loadkit.resources`, in the form that `loadkit stack status --json` prints, too. Unknown keys are refused: a typo in a limit would be no limit. */
export const isResources = (value: unknown): value is ConfiguredResource[] => isList(isResource)(value);

const isResource = (value: unknown): boolean =>
  isObject(value) &&
  /^[\w-]+:./.test(String(value['node'])) &&
  hasOnly(value, {
    node: isText,
    kind: (kind) => KINDS.some((known) => known === kind),
    dimensions: isTexts,
    indexes: isList(isIndex),
    metrics: isList(isMetric),
    limits: (limits) => hasOnly(limits, LIMITS),
  });

export const EDGES_HINT = 'a list of who calls whom, such as {"from": "lambda:auth", "to": "dynamodb:users"}';
export const isEdges = (value: unknown): value is Edge[] =>
  isList((each) => hasOnly(each, { from: isText, to: isText }) && 'from' in (each as Json) && 'to' in (each as Json))(value);
