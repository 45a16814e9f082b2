// What the tests of the version 2 client forbid in stateless_server.mjs.
export const hidden = ['backdoor'];
export const policy = `
version: "1"
hide: [${hidden}]
tools:
  wipe:
    rules:
      - { name: nothing is wiped, action: deny, on_deny: Wiping is for people }
  deploy:
    rules:
      - name: not to production
        conditions:
          - { path: args.target, op: not_in, value: [production] }
        on_deny: Deploy to staging first
  add:
    rules:
      - { name: three sums a day, rate_limit: 3/day }
`;
