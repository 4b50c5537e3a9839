import { randomBytes } from 'node:crypto';
import type { KeyValueStore } from './key-value-store.ts';

/** What the RESP server counts of itself, and how it answers INFO: the fields of Redis that are known here, under their names. */
export class RespStatistics {
  readonly #runId = randomBytes(20).toString('hex');
  readonly #commands = new Map<string, { calls: number; us: number }>();
  connectionsReceived = 0;
  connectionsRejected = 0;
  bytesIn = 0;
  bytesOut = 0;
  commands = 0;

  /** Only commands that are known are counted by name, so that a client can't fill the table. */
  ran(command: string, us: number): void {
    this.commands++;
    const known = this.#commands.get(command);
    if (known === undefined) this.#commands.set(command, { calls: 1, us });
    else {
      known.calls++;
      known.us += us;
    }
  }

  info(
    store: KeyValueStore,
    { clients, clientsMax, memoryMaxBytes }: { clients: number; clientsMax: number; memoryMaxBytes: number },
  ): string {
    // Of the whole process: its main thread does little else.
    const cpu = process.cpuUsage();
    const sections: Record<string, [string, string | number][]> = {
      Server: [['run_id', this.#runId]],
      Clients: [
        ['connected_clients', clients],
        ['maxclients', clientsMax],
      ],
      Memory: [
        ['used_memory', store.bytes],
        ['maxmemory', memoryMaxBytes],
        ['maxmemory_policy', 'volatile-lru'],
      ],
      Stats: [
        ['total_connections_received', this.connectionsReceived],
        ['total_commands_processed', this.commands],
        ['total_net_input_bytes', this.bytesIn],
        ['total_net_output_bytes', this.bytesOut],
        ['rejected_connections', this.connectionsRejected],
        ['expired_keys', store.expired],
        ['evicted_keys', store.evicted],
        ['keyspace_hits', store.hits],
        ['keyspace_misses', store.misses],
      ],
      CPU: [
        ['used_cpu_sys', (cpu.system / 1e6).toFixed(6)],
        ['used_cpu_user', (cpu.user / 1e6).toFixed(6)],
      ],
      Commandstats: [...this.#commands].map(([name, { calls, us }]) => [
        `cmdstat_${name.toLowerCase()}`,
        `calls=${calls},usec=${Math.round(us)},usec_per_call=${(us / calls).toFixed(2)},rejected_calls=0,failed_calls=0`,
      ]),
      Keyspace: store.keys === 0 ? [] : [['db0', `keys=${store.keys},expires=${store.keysExpiring},avg_ttl=0`]],
    };
    return Object.entries(sections)
      .map(([name, fields]) => `# ${name}\r\n${fields.map(([field, value]) => `${field}:${value}\r\n`).join('')}`)
      .join('\r\n');
  }
}
