/**
 * What is deployed, decided in full: what the values mean, once they are read.
 *
 * @module
 */
import type { Names } from "../names.ts";
import type { RoleValues, Values } from "./schema.ts";

/** What is decided for every role. */
export interface RoleSettings extends Omit<RoleValues, "image"> {
  /** Full reference of its image, where it is not that of all roles. */
  readonly image?: string;
  readonly imagePullPolicy: string;
}

/** Everything that is decided. */
export interface DeploySettings extends
  Pick<
    Values,
    "addresses" | "history" | "networkPolicy" | "inspect" | "admissionPolicies" | "metrics"
  > {
  /** Namespace of everything that is not cluster-wide, but for the lock. */
  readonly namespace: string;
  readonly names: Names;
  /** Full reference of the image; a digest is kept. */
  readonly image: string;
  readonly imagePullSecrets: readonly { readonly name: string }[];
  readonly logLevel: Values["logLevel"];
  readonly tenancy: Values["tenancy"];
  /** Namespace of the controllers' lock. */
  readonly lockNamespace: string;
  readonly openshift: boolean;
  readonly controller: RoleSettings;
  readonly webhook: RoleSettings & {
    readonly serviceCidr: string;
    readonly certificate: Values["webhook"]["certificate"];
    /** cert-manager's issuer; empty: one that signs itself. */
    readonly issuerRef: Readonly<Record<string, unknown>>;
  };
  readonly agent: RoleSettings & Pick<Values["agent"], "antiAffinity" | "poolsPerAgent">;
}
