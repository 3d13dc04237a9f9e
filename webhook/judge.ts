/**
 * What becomes of one request: who is not asked, and who judges the rest.
 *
 * @module
 */
import { GROUP } from "../core/api/names.ts";
import type { KubeObject } from "../core/api/types.ts";
import type { AdmissionRequest } from "./admission_review.ts";
import { allow, type Decision } from "./decision.ts";
import { defaultIPPool } from "./default_ippool.ts";
import { sameJson } from "./same_json.ts";
import { createIPPool, deleteIPPool, type PoolJudge, updateIPPool } from "./validate_ippool.ts";
import { writeVmNetCfg } from "./validate_vmnetcfg.ts";

/** What judging needs. */
export interface Judge extends PoolJudge {
  /** Users whose writes are their own business: the controller and the garbage collector. */
  readonly trusted: ReadonlySet<string>;
}

/** A request that this webhook was never meant to see: its configuration is wrong. */
export class UnknownKindError extends Error {
  override readonly name = "UnknownKindError";
}

/** The kinds that are judged. */
type Kind = "IPPool" | "VirtualMachineNetworkConfig";

/** Fills in what a new object leaves out. Throws {@linkcode UnknownKindError}. */
export function mutate(request: AdmissionRequest, judge: Judge): Decision {
  const kind = kindOf(request);
  const { object, operation } = request;
  if (kind !== "IPPool" || operation !== "CREATE" || object === undefined) return allow();
  if (isNotJudged(request, judge)) return allow();
  return allow({ patch: defaultIPPool(inNamespace(object, request)) });
}

/** Says whether a request may go on. Throws {@linkcode UnknownKindError}, and what the cluster view throws. */
export async function validate(request: AdmissionRequest, judge: Judge): Promise<Decision> {
  const kind = kindOf(request);
  if (isNotJudged(request, judge)) return allow();
  const [object, oldObject] = [request.object, request.oldObject].map((found) =>
    found && inNamespace(found, request)
  );
  switch (request.operation) {
    case "CREATE":
    case "UPDATE":
      if (object === undefined) throw new TypeError(`Cannot judge ${request.operation}: no object`);
      if (kind !== "IPPool") return await writeVmNetCfg(object, oldObject, judge.cluster);
      return oldObject === undefined
        ? await createIPPool(object, judge)
        : await updateIPPool(object, oldObject, judge);
    case "DELETE":
      if (kind !== "IPPool") return allow();
      if (oldObject === undefined) throw new TypeError("Cannot judge DELETE: no oldObject");
      return await deleteIPPool(oldObject, judge);
    case "CONNECT":
      return allow();
    default:
      return unreachable(request.operation);
  }
}

function unreachable(operation: never): never {
  throw new TypeError(`Cannot judge an operation: ${String(operation)}`);
}

function kindOf({ kind }: AdmissionRequest): Kind {
  if (
    kind.group === GROUP && (kind.kind === "IPPool" || kind.kind === "VirtualMachineNetworkConfig")
  ) {
    return kind.kind;
  }
  throw new UnknownKindError(
    `Cannot judge a ${kind.kind} of group ${
      JSON.stringify(kind.group)
    }: only IPPool and VirtualMachineNetworkConfig of ${GROUP}`,
  );
}

/** Requests that nobody is to stop: of trusted users, of objects that go, and those that leave the spec alone. */
function isNotJudged(request: AdmissionRequest, { trusted }: Judge): boolean {
  const { object, oldObject, operation } = request;
  return trusted.has(request.username) ||
    request.subResource !== "" ||
    (oldObject ?? object)?.metadata.deletionTimestamp !== undefined ||
    (operation === "UPDATE" && sameJson(specOf(object), specOf(oldObject)));
}

function specOf(object: KubeObject | undefined): unknown {
  return (object as { readonly spec?: unknown } | undefined)?.spec;
}

/** The object with its namespace, which a new one may leave to the request. */
function inNamespace(object: KubeObject, { namespace }: AdmissionRequest): KubeObject {
  if (namespace === undefined || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
