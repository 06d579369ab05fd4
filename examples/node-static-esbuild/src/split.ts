export interface Bill {
  amount: number;
  tipPercent: number;
  people: number;
}

/** What each person pays, in cents, so that the shares add up to the total. */
export function split({ amount, tipPercent, people }: Bill): number[] {
  const total = Math.round(amount * (1 + tipPercent / 100) * 100);
  const base = Math.floor(total / people);
  const rest = total - base * people;
  return Array.from({ length: people }, (_, i) => base + (i < rest ? 1 : 0));
}

export function money(cents: number): string {
  return (cents / 100).toFixed(2);
}
