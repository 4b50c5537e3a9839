import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  type ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import { type Deployment, DescribeServicesCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type { Resource, ResourceLimits } from '../../../contract.ts';
import type { Ask } from '../ask.ts';
import type { LimitReader } from '../limits.ts';
import { numberOf } from './number-of.ts';

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
export const serviceLimits: LimitReader = async ({ dimensions }, ask) => {
  const { ClusterName: cluster, ServiceName: service = '' } = dimensions;
  const client = await ask.clients.ecs();
  const described = await ask('ecs:DescribeServices', (options) =>
    client.send(new DescribeServicesCommand({ cluster, services: [service] }), options),
  );
  const found = described?.services?.[0];
  const taskDefinition = found?.taskDefinition;
  const task =
    taskDefinition === undefined
      ? null
      : await ask('ecs:DescribeTaskDefinition', (options) => client.send(new DescribeTaskDefinitionCommand({ taskDefinition }), options));
  const size = task?.taskDefinition;
  return {
    ...(found?.deployments === undefined ? {} : { deployments: found.deployments.flatMap(deploymentOf) }),
    limits: {
      ...(found === undefined ? {} : { tasksDesired: found.desiredCount ?? null }),
      // In units and in MiB. "You can run your Linux tasks on an ARM-based platform by setting the value to ARM64": where there is none, they are not.
      ...(size === undefined
        ? {}
        : {
            cpuUnits: numberOf(size.cpu),
            memoryMb: numberOf(size.memory),
            arch: size.runtimePlatform?.cpuArchitecture === 'ARM64' ? 'arm64' : 'x86_64',
          }),
      ...(await scalingOf(`service/${cluster}/${service}`, ask)),
    },
  };
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html */
const deploymentOf = ({ createdAt, updatedAt = createdAt }: Deployment): NonNullable<Resource['deployments']> =>
  createdAt === undefined || updatedAt === undefined
    ? []
    : [{ createdS: createdAt.getTime() / 1000, updatedS: updatedAt.getTime() / 1000 }];

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html */
async function scalingOf(ResourceId: string, ask: Ask): Promise<Pick<ResourceLimits, 'tasksMin' | 'tasksMax' | 'scaling'>> {
  const client = await ask.clients.autoScaling();
  const targets = await ask('application-autoscaling:DescribeScalableTargets', (options) =>
    client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [ResourceId] }), options),
  );
  const policies = await ask('application-autoscaling:DescribeScalingPolicies', (options) =>
    client.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs', ResourceId }), options),
  );
  const target = targets?.ScalableTargets?.[0];
  const tracked = (policies?.ScalingPolicies ?? []).flatMap(trackedBy);
  // Step scaling tracks nothing: only where there is no target does that say that nothing scales it.
  const isKnown = policies !== null && (targets !== null || tracked.length > 0);
  return {
    ...(target === undefined ? {} : { tasksMin: target.MinCapacity ?? null, tasksMax: target.MaxCapacity ?? null }),
    ...(isKnown ? { scaling: tracked } : {}),
  };
}

/** Of step scaling there is no value that is held. */
function trackedBy({ TargetTrackingScalingPolicyConfiguration: tracking }: ScalingPolicy): { metric: string; target: number }[] {
  const metric = tracking?.PredefinedMetricSpecification?.PredefinedMetricType ?? tracking?.CustomizedMetricSpecification?.MetricName;
  return metric === undefined || tracking?.TargetValue === undefined ? [] : [{ metric, target: tracking.TargetValue }];
}
