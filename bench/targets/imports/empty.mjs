// What any process costs.
export {};
