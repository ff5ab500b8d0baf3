test("a test that needs no service", () => {
  expect(1 + 1).toBe(2);
});
