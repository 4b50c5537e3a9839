import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { once } from '../ask.ts';
import type { LimitReader } from '../limits.ts';

/**
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html , https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html ,
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
 */
export const functionLimits: LimitReader = async ({ dimensions }, ask) => {
  const { FunctionName } = dimensions;
  const client = await ask.clients.lambda();
  const configuration = await ask('lambda:GetFunctionConfiguration', (options) =>
    client.send(new GetFunctionConfigurationCommand({ FunctionName }), options),
  );
  const concurrency = await ask('lambda:GetFunctionConcurrency', (options) =>
    client.send(new GetFunctionConcurrencyCommand({ FunctionName }), options),
  );
  const account = await once(ask, 'lambda-account', () =>
    ask('lambda:GetAccountSettings', (options) => client.send(new GetAccountSettingsCommand({}), options)),
  );
  return {
    limits: {
      ...(configuration === null
        ? {}
        : {
            memoryMb: configuration.MemorySize ?? null,
            timeoutS: configuration.Timeout ?? null,
            arch: configuration.Architectures?.[0] ?? null,
          }),
      // An answer without a number says that there is no reservation.
      ...(concurrency === null ? {} : { reservedConcurrency: concurrency.ReservedConcurrentExecutions ?? null }),
      ...(account === null ? {} : { accountConcurrency: account.AccountLimit?.ConcurrentExecutions ?? null }),
    },
  };
};
