const form = document.getElementById('form');

async function refresh() {
  const summary = await (await fetch('/api/summary')).json();
  document.getElementById('summary').textContent = JSON.stringify(summary, null, 2);
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { rating, comment } = Object.fromEntries(new FormData(form));
  await fetch('/api/feedback', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ rating: Number(rating), comment }),
  });
  refresh();
});

refresh();
