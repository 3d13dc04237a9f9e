/**
 * What to do about a reason, in the words of `docs/events.md`; a test compares the two.
 *
 * @module
 */

const ADVICE: Readonly<Record<string, string>> = {
  AddressChanged: "Nothing; update what knows the old address.",
  Paused: "Set spec.paused to false to resume; the same address comes back if it is still free.",
  NoPool: "If the network is to be managed, make an IPPool with its name in spec.networkName.",
  OptedOut:
    'Nothing; or take the "false", or the NIC\'s name, out of network.harvesterhci.io/managed-dhcp.',
  MacUnknown: "Start the VM, or write macAddress into it, so that it stays the same.",
  PoolPaused: "Resume the IPPool.",
  PoolInvalid: "Repair the field that the IPPool's condition names.",
  PoolNotWritten: "Look at the error in the message.",
  PoolExhausted: "Enlarge spec.ipv4Config.pool, or delete VMs. It heals by itself.",
  PoolFull: "Use a second network with an IPPool of its own.",
  NetworkAlreadyServed: "Delete one of the two. What the other one gave was taken over.",
  NamespaceNotAllowed:
    "Name the namespace in the network's annotation network.harvesterhci.io/allowed-namespaces; see tenancy.md.",
  NamespaceLimit: "Give some back, or ask the network's owner for a higher limit.",
  DuplicateMAC: "Change one MAC address, or stop or delete the other one.",
  InvalidMacAddress: "Repair it in the VM or the vmnetcfg.",
  InvalidMacAnnotation: "Repair the annotation.",
  InvalidNetworkName: "Repair it.",
  InvalidAddress: "Repair static-ip.harvesterhci.io/<nic> or ipAddress.",
  AddressOutsideNetwork: "Ask for one inside it.",
  AddressReserved: "Ask for another one.",
  AddressExcluded: "Ask for another one, or take it out of exclude.",
  AddressTaken: "Ask for another one, or free it.",
  MovedTooOften: "Wait until the time in the message; it heals by itself.",
  AddressConflict: "Find the other machine. A wanted address is offered again after ten minutes.",
  NoInterfaces: "Add spec.networkConfig, or delete it.",
  InvalidOptOut: 'Write "false" to opt the namespace out.',
  UnknownNic: "Repair the annotation.",
  DuplicateNic: "Rename one.",
  TooManyNics: "Use fewer NICs on managed networks.",
  InvalidVirtualMachine: "Repair the field in the message.",
  NameTaken: "Delete or rename it.",
  WriteRefused: "Look for a webhook, a quota, or a missing permission.",
  NetworkNotFound: "Create it, or repair spec.networkName.",
  NetworkInvalid: "Repair spec.config.",
  OutdatedSchema:
    "Apply the CustomResourceDefinitions of this release; the controller sees it within half a minute.",
  PoolNearlyFull: "Plan a second network.",
  InvalidRecord: "Nothing, unless it comes again.",
  ExcludeDeferred: "Nothing, or move the VM.",
  AddressesLost:
    "Nothing for those that are kept. Of one that is another's now, restart the VM that still uses it.",
  PoolInUse: "Delete their VMs, or move their NICs.",
  InvalidOptions: "Repair the field in the message.",
  OptionsLeftOut:
    "Say less of single NICs, and more in spec.ipv4Config; or use a second network. It heals by itself.",
  NicOptedOut: "Remove one of the two annotations.",
  AddressDeclined: "Find the machine by the MAC address in the message.",
  AddressesInUse: "Give these machines other addresses, or put theirs into exclude.",
  ForeignDHCPServer: "Turn it off, or use another network.",
  NoAgent: "Look for the agent's Deployment and its pods.",
  AgentSilent: "Look at its node. It may still answer clients.",
  NoAgentScheduled:
    "Look at the nodes' labels for the cluster network, and at what room they have.",
  AgentStarting: "Wait; if it lasts, look at the image's size and the node.",
  AgentNotRunning:
    "Look at the image, the NetworkAttachmentDefinition, and the namespace's quota and Pod Security level.",
  NotInstalled: "Install it again, or delete the IPPool; see remove.md.",
  NetworkNotAttached:
    "Repair the NetworkAttachmentDefinition, or what it needs on the node (networks.md).",
  NetworkIsolated:
    "Add the namespace to Multus' globalNamespaces, or move the network into one of them.",
  Standby: "Wait for one to take over.",
  NotSynced: "Look at its way to the API server.",
  PoolNotFound: "Look at its IPPOOL_REFS_JSON.",
  InvalidPool: "Repair the field in the message.",
  InterfaceMissing: "Look at the NetworkAttachmentDefinition and the node's bridge.",
  SocketFailed: "Look at its capabilities, and for another DHCP server in its pod.",
  AddressMissing: "Choose the serverIP that the message asks for; else look at the agent's log.",
  AddressInUse: "Free the address, or choose another serverIP.",
};

/** What to do about a reason of `docs/events.md`, as a part of a link; empty where there is nothing to do. */
export function advised(reason: string): { readonly todo?: string } {
  return Object.hasOwn(ADVICE, reason) ? { todo: ADVICE[reason] ?? "" } : {};
}
