const PERIOD = 12.42 * 60 * 60 * 1000;

// Low precision on purpose: high water repeats every 12.42 hours.
export function highWaters(place, day) {
  const start = Date.parse(`${day}T00:00:00Z`);
  const end = start + 24 * 60 * 60 * 1000;
  const first = place.reference + Math.ceil((start - place.reference) / PERIOD) * PERIOD;
  const times = [];
  for (let time = first; time < end; time += PERIOD) {
    times.push(new Date(time).toISOString().slice(11, 16));
  }
  return times;
}

export const places = {
  brest: { name: 'Brest', reference: Date.UTC(2024, 0, 1, 7, 12) },
  dover: { name: 'Dover', reference: Date.UTC(2024, 0, 1, 1, 48) },
};
