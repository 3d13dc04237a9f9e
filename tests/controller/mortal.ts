/**
 * A client that dies with its process at a chosen write.
 *
 * @module
 */
import { type RequestOptions, type RestClient, toRestClient } from "../../kube/mod.ts";

/** When to die: before the n-th write reaches the server, or after, when its answer is lost. */
export interface Death {
  readonly at: number;
  readonly when: "before" | "after";
}

/** The client, how many writes it made, and whether it is dead. */
export interface Mortal {
  readonly rest: RestClient;
  readonly writes: number;
  readonly dead: boolean;
}

/** Wraps a client. Events are not counted. */
export function mortal(rest: RestClient, death: Death): Mortal {
  let writes = 0;
  let dead = false;
  const die = () => {
    dead = true;
    return new Error("The process died");
  };
  const perform = async (request: RequestOptions) => {
    if (dead) throw new Error("The process is dead");
    if (request.method === "GET" || request.path.includes("/events")) {
      return await rest.performRequest(request);
    }
    const isLast = ++writes === death.at;
    if (isLast && death.when === "before") throw die();
    const answer = await rest.performRequest(request);
    if (isLast) throw die();
    return answer;
  };
  return {
    rest: toRestClient(perform),
    get writes() {
      return writes;
    },
    get dead() {
      return dead;
    },
  };
}
