/** Where a chart's lines lie, in the order of their values, and how high a value stands. */
export interface Scale {
  ticks: number[];
  /** The part of the chart's height that a value takes, from 0 to 1. */
  heightOf(value: number): number;
  isLogarithmic: boolean;
}

/** Times of calls that are so many times apart would lie in one line at the bottom. */
const FAR_APART = 40;

/** A scale of whole numbers from 0 to what is at least `most`, with round numbers on it. */
export function countScale(most: number, steps = 4): Scale {
  const step = Math.max(1, niceStep(Math.max(most, 1) / steps));
  const top = Math.ceil(Math.max(most, 1) / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return { ticks, heightOf: (value) => value / top, isLogarithmic: false };
}

/** A scale of durations, by their powers of ten where they are far apart. */
export function durationScale(valuesMs: readonly number[]): Scale {
  const most = Math.max(...valuesMs, 1);
  const least = Math.max(Math.min(...valuesMs, most), 0.1);
  if (most / least <= FAR_APART) return countScale(most);

  const bottom = 10 ** Math.floor(Math.log10(least));
  const top = 10 ** Math.ceil(Math.log10(most));
  const decades = Math.round(Math.log10(top / bottom));
  const ticks = Array.from({ length: decades + 1 }, (_, index) => rounded(bottom * 10 ** index));
  const heightOf = (value: number) => {
    return Math.min(1, Math.max(0, Math.log10(Math.max(value, bottom) / bottom) / decades));
  };
  return { ticks, heightOf, isLogarithmic: true };
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((one) => one * power >= least - power * 1e-9) ?? 10;
  return rounded(step * power);
}

/** 0.1 and not 0.10000000000000002. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
