/**
 * Durations as `kubectl get` shows them.
 *
 * @module
 */

/**
 * Milliseconds in two or three significant figures, such as `7m30s` or `3d4h`: `k8s.io/apimachinery`'s
 * `HumanDuration`. A negative duration of two seconds or more is `<invalid>`.
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return join([minutes, "m"], [seconds % 60, "s"]);
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return join([hours, "h"], [minutes % 60, "m"]);
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (days < 8) return join([days, "d"], [hours % 24, "h"]);
  if (days < 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  if (days < 365 * 8) return join([years, "y"], [days % 365, "d"]);
  return `${years}y`;
}

function join(...parts: [number, string][]): string {
  return parts.filter(([n], index) => index === 0 || n !== 0).map(([n, unit]) => `${n}${unit}`)
    .join("");
}

/** Age of a time given as RFC 3339 text, or `<unknown>` where there is none. */
export function age(timestamp: string, now: number): string {
  const at = Date.parse(timestamp);
  return Number.isNaN(at) ? "<unknown>" : humanDuration(now - at);
}
