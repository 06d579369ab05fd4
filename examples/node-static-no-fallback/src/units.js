export const length = { name: 'Miles to kilometres', from: 'mi', to: 'km', factor: 1.609344 };
export const weight = { name: 'Pounds to kilograms', from: 'lb', to: 'kg', factor: 0.45359237 };
