/** Something that looks at each attempt of a client's calls and hands on what it gets. */
export type Middleware = (next: Handler) => Handler;
type Handler = (args: { request?: unknown }) => Promise<{ response?: unknown }>;

/** What is taken of a client. */
export interface Watchable {
  middlewareStack: object;
}

/** The stack's types are generic over every command of one client; a middleware of this kind looks at no input. */
interface Stack {
  add(middleware: Middleware, options: { step: 'deserialize'; priority: 'low'; name: string }): void;
}

/** Next to the connection: it sees answers before the SDK reads them, errors among them, and each attempt by itself. */
export const watchAttempts = ({ middlewareStack }: Watchable, name: string, middleware: Middleware): void =>
  (middlewareStack as Stack).add(middleware, { step: 'deserialize', priority: 'low', name });
