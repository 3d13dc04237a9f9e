/**
 * The connections of a server, of which there are never more than so many.
 *
 * @module
 */

/** What of a connection matters here: a socket of `node:net`. */
interface Closable {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  destroy(): unknown;
}

/** One connection. */
export interface Connection {
  readonly key: string;
  readonly socket: Closable;
  /** Of the other end. */
  readonly address: string;
  /** A request of it is being answered. */
  answering: boolean;
  /** It is the other end's turn: to ask, to send the rest of its request, to take what is answered. */
  awaited: boolean;
}

/**
 * A new connection is always taken. Where it is one too many, another goes: of the address that has the most, the one whose
 * other end has been awaited longest. So who opens many pushes out only their own.
 */
export class Connections {
  readonly #most: number;
  /** By address and port of the other end; who is awaited longest comes first. */
  readonly #all = new Map<string, Connection>();

  /** `most`: connections at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  /** Takes a connection, and closes another where that makes one too many. */
  add(socket: Closable): Connection {
    const address = socket.remoteAddress ?? "";
    const key = keyOf(socket);
    const connection = { key, socket, address, answering: false, awaited: true };
    this.#all.set(key, connection);
    if (this.#all.size > this.#most) this.#dropOne();
    return connection;
  }

  /** Forgets a connection that is closed. */
  remove(connection: Connection): void {
    if (this.#all.get(connection.key) === connection) this.#all.delete(connection.key);
  }

  /** The connection of a socket, or of what is encrypted in it. */
  of(socket: Closable): Connection | undefined {
    return this.#all.get(keyOf(socket));
  }

  /** Says whose turn it is; who begins to be awaited is the last in line. */
  setAwaited(connection: Connection, awaited: boolean): void {
    connection.awaited = awaited;
    if (!awaited || this.#all.get(connection.key) !== connection) return;
    this.#all.delete(connection.key);
    this.#all.set(connection.key, connection);
  }

  /** Closes those of which no request is being answered. */
  closeIdle(): void {
    for (const connection of [...this.#all.values()]) {
      if (connection.answering) continue;
      this.remove(connection);
      connection.socket.destroy();
    }
  }

  /** Closes all at once. */
  closeAll(): void {
    for (const { socket } of this.#all.values()) socket.destroy();
    this.#all.clear();
  }

  #dropOne(): void {
    const counts = new Map<string, number>();
    for (const { address } of this.#all.values()) {
      counts.set(address, (counts.get(address) ?? 0) + 1);
    }
    const most = Math.max(...counts.values());
    const crowd = [...this.#all.values()].filter(({ address }) => counts.get(address) === most);
    const dropped = crowd.find(({ awaited }) => awaited) ?? crowd[0];
    if (dropped === undefined) return;
    this.remove(dropped);
    dropped.socket.destroy();
  }
}

function keyOf({ remoteAddress, remotePort }: Closable): string {
  return `${remoteAddress} ${remotePort}`;
}
