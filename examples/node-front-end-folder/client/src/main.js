import dayjs from 'dayjs';

const list = document.getElementById('birds');

fetch('/api/birds')
  .then((response) => response.json())
  .then((birds) => {
    list.title = `Counted on ${dayjs().format('D MMMM')}`;
    for (const bird of birds) list.append(`${bird.name}: ${bird.seen} `);
  });
