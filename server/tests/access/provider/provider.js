// A real OpenID Connect provider, for the tests: tells its address, then signs in whoever names themselves. Everybody's
// groups are what stands before the @ of their name. With new keys at each start.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [port, claimsAt, redirectUri] = process.argv.slice(2);
const server = createServer();
server.listen(Number(port), "localhost", () => {
  const issuer = `http://localhost:${server.address().port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [{ client_id: "spanorigin", client_secret: "s3cret/with:signs", redirect_uris: [redirectUri] }],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: `key-${Date.now()}`, use: "sig", alg: "RS256" }] },
    cookies: { keys: ["only for tests"] },
    claims: { openid: ["sub"], email: ["email"], groups: ["groups"] },
    conformIdTokenClaims: claimsAt === "userinfo",
    pkce: { required: () => true },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, groups: [id.split("@")[0]] }),
    }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
