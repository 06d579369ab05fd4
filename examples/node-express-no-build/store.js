const entries = [
  { rating: 5, comment: 'Quick and friendly.' },
  { rating: 3, comment: 'The queue was long.' },
];

exports.add = ({ rating, comment }) => {
  if (!Number.isInteger(rating) || rating < 1 || rating > 5) {
    throw new RangeError('rating must be 1 to 5');
  }
  entries.push({ rating, comment: String(comment ?? '').slice(0, 500) });
};

exports.summary = () => ({
  count: entries.length,
  average: entries.reduce((sum, entry) => sum + entry.rating, 0) / entries.length,
  latest: entries.slice(-3),
});
