// Sharing out: what the other channels take or give when one is moved and the total is kept. Pure.

/** Amounts are whole units; the last of a fraction goes where there is room. */
const UNIT = 1;

/**
 * Shares `wanted` out among `channels` ({ spend, low, high }) in proportion to their spends, each
 * within its bounds. Gives the amounts, and what could not be placed.
 */
export function shareOut(wanted, channels) {
  const amounts = channels.map((it) => it.spend);
  const open = new Set(channels.keys());
  let left = wanted;
  // Each round fixes at least one channel at a bound, or ends.
  while (open.size > 0) {
    const weight = [...open].reduce((sum, i) => sum + channels[i].spend, 0);
    const proposed = new Map();
    for (const i of open) {
      const share = weight > 0 ? channels[i].spend / weight : 1 / open.size;
      proposed.set(i, left * share);
    }
    const excess = [...open].reduce((sum, i) => {
      const clamped = Math.min(Math.max(proposed.get(i), channels[i].low), channels[i].high);
      return sum + clamped - proposed.get(i);
    }, 0);
    const fixed = [...open].filter((i) =>
      excess >= 0 ? proposed.get(i) < channels[i].low : proposed.get(i) > channels[i].high,
    );
    if (fixed.length === 0) {
      for (const i of open) amounts[i] = Math.min(Math.max(proposed.get(i), channels[i].low), channels[i].high);
      break;
    }
    for (const i of fixed) {
      amounts[i] = excess >= 0 ? channels[i].low : channels[i].high;
      left -= amounts[i];
      open.delete(i);
    }
  }
  return { amounts, missing: wanted - amounts.reduce((sum, it) => sum + it, 0) };
}

/** Whole units whose sum is that of `amounts`, as long as that is whole: largest remainders first. */
export function wholeUnits(amounts) {
  const total = amounts.reduce((sum, it) => sum + it, 0);
  const whole = amounts.map((it) => Math.floor(it / UNIT + 1e-9) * UNIT);
  let left = total - whole.reduce((sum, it) => sum + it, 0);
  const order = [...amounts.keys()].sort((a, b) => amounts[b] - whole[b] - (amounts[a] - whole[a]) || a - b);
  for (const i of order) {
    if (left < UNIT - 1e-6) break;
    whole[i] += UNIT;
    left -= UNIT;
  }
  // A total with a fraction keeps it, on the channel that came last.
  if (Math.abs(left) > 1e-6) whole[order[0] ?? 0] = Math.round((whole[order[0] ?? 0] + left) * 100) / 100;
  return whole;
}

/**
 * One channel goes to `value`, the total stays: the others that are not pinned give or take. What
 * they can't give is not taken.
 */
export function moveKeepingTotal(channels, moved, value, total) {
  const others = channels.map((it, i) => i).filter((i) => i !== moved && !channels[i].pinned);
  const kept = channels.reduce((sum, it, i) => (i !== moved && it.pinned ? sum + it.spend : sum), 0);
  const bounds = others.map((i) => ({
    spend: channels[i].spend,
    low: Math.min(channels[i].low, channels[i].spend),
    high: Math.max(channels[i].high, channels[i].spend),
  }));
  const least = bounds.reduce((sum, it) => sum + it.low, 0);
  const most = bounds.reduce((sum, it) => sum + it.high, 0);
  const asked = total - kept - value;
  // What the others can't give is not taken; a limit is met in whole units.
  const limited = Math.min(Math.max(asked, least), most);
  const rest = Math.abs(limited - asked) < 1e-6 ? asked : Math.min(Math.round(limited), total - kept);
  const { amounts } = shareOut(rest, bounds);
  const whole = wholeUnits(amounts);
  const spends = channels.map((it) => it.spend);
  others.forEach((i, k) => (spends[i] = Math.max(0, whole[k])));
  const given = others.reduce((sum, i) => sum + spends[i], 0);
  spends[moved] = Math.max(0, Math.round((total - kept - given) * 100) / 100);
  return spends;
}

/** A new total: every channel that is not pinned grows or shrinks in proportion, within its bounds. */
export function scaleTo(channels, total) {
  const free = channels.map((it, i) => i).filter((i) => !channels[i].pinned);
  const kept = channels.reduce((sum, it) => (it.pinned ? sum + it.spend : sum), 0);
  const bounds = free.map((i) => channels[i]);
  const { amounts } = shareOut(Math.max(0, total - kept), bounds);
  const whole = wholeUnits(amounts);
  const spends = channels.map((it) => it.spend);
  free.forEach((i, k) => (spends[i] = whole[k]));
  return spends;
}
