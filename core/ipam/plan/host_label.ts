/** The most characters of a label (RFC 1035, section 2.3.4). */
const MAX_LABEL = 63;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/**
 * The host name of the guest of a VM: the VM's name up to its first dot, cut to 63 characters, in the form of RFC 1123, section
 * 2.1; `undefined` where that leaves no host name.
 */
export function hostLabel(vmName: string): string | undefined {
  if (vmName.length <= MAX_LABEL && LABEL.test(vmName)) return vmName;
  const [first = ""] = vmName.toLowerCase().split(".", 1);
  const label = first.slice(0, MAX_LABEL).replace(/-+$/, "");
  return LABEL.test(label) ? label : undefined;
}
