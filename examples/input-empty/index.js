const [, , ...words] = process.argv;
console.log(words.map((word) => [...word].reverse().join('')).join(' '));
