/**
 * What stands in a kubeconfig file.
 *
 * Source: `k8s.io/client-go/tools/clientcmd/api/v1`.
 *
 * @module
 */

/** A kubeconfig file. */
export interface KubeconfigFile {
  readonly "current-context"?: string;
  readonly clusters?:
    | readonly { readonly name?: string; readonly cluster?: KubeconfigCluster }[]
    | null;
  readonly users?:
    | readonly { readonly name?: string; readonly user?: KubeconfigUser | null }[]
    | null;
  readonly contexts?:
    | readonly { readonly name?: string; readonly context?: KubeconfigContext }[]
    | null;
}

/** How to reach a cluster. */
export interface KubeconfigCluster {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  /** Base64 of PEM. */
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
}

/** Who to be. */
export interface KubeconfigUser {
  readonly "client-certificate"?: string;
  /** Base64 of PEM. */
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  /** Base64 of PEM. */
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: KubeconfigExec;
  readonly as?: string;
  readonly "auth-provider"?: { readonly name?: string };
}

/** A cluster, a user and a namespace. */
export interface KubeconfigContext {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

/** A command that prints a credential. */
export interface KubeconfigExec {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly interactiveMode?: string;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}
