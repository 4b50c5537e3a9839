/** What logs, metrics and traces call this process: the function's name on Lambda, else what the environment says, as in the engine's container. */
export const serviceName = (): string => process.env['POWERTOOLS_SERVICE_NAME'] || process.env['AWS_LAMBDA_FUNCTION_NAME'] || 'engine';
