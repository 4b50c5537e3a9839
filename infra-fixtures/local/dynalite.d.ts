declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Source: https://github.com/architect/dynalite#readme (4.0.0 brings no types). */
  export default function dynalite(options?: { createTableMs?: number; deleteTableMs?: number; updateTableMs?: number }): Server;
}
