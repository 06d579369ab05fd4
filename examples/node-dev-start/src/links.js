const links = [
  { title: 'Node.js API', url: 'https://nodejs.org/api/', tags: ['node', 'reference'] },
  { title: 'MDN', url: 'https://developer.mozilla.org/', tags: ['web', 'reference'] },
];

exports.all = () => links;
exports.tagged = (tag) => links.filter((link) => link.tags.includes(tag));
