import { AwsXrayUdpSpanExporter } from '@aws/aws-distro-opentelemetry-exporter-xray-udp';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { serviceName } from './service-name.ts';

/**
 * AWS's exporter to the X-Ray daemon's port, for spans of OpenTelemetry 2: version 0.0.2 of it is written for OpenTelemetry 1, where two of a span's
 * fields had other names. With a version for 2 this file goes.
 */
export class XRaySpanExporter implements SpanExporter {
  readonly #exporter = new AwsXrayUdpSpanExporter(process.env['AWS_XRAY_DAEMON_ADDRESS']);
  /** One object for all spans: the serializer groups them by it. */
  readonly #resource = { attributes: resourceAttributes() };

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    const old = spans.map((span) => ({
      spanContext: () => span.spanContext(),
      parentSpanId: span.parentSpanContext?.spanId,
      name: span.name,
      kind: span.kind,
      startTime: span.startTime,
      endTime: span.endTime,
      status: span.status,
      attributes: span.attributes,
      links: span.links,
      events: span.events,
      droppedAttributesCount: span.droppedAttributesCount,
      droppedEventsCount: span.droppedEventsCount,
      droppedLinksCount: span.droppedLinksCount,
      instrumentationLibrary: span.instrumentationScope,
      resource: this.#resource,
    }));
    this.#exporter.export(old as unknown as Parameters<AwsXrayUdpSpanExporter['export']>[0], done);
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

/** https://opentelemetry.io/docs/specs/semconv/resource/faas/ */
const resourceAttributes = (): Record<string, string> => {
  const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'];
  return {
    'service.name': serviceName(),
    'cloud.provider': 'aws',
    'cloud.platform': functionName === undefined ? 'aws_ecs' : 'aws_lambda',
    ...(functionName !== undefined && { 'faas.name': functionName }),
  };
};
