import falcon
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from waitress import serve

hasher = PasswordHasher(time_cost=1, memory_cost=8192)


class Hash:
    def on_get(self, req, resp):
        resp.media = {"hash": hasher.hash(req.get_param("password", required=True))}


class Check:
    def on_get(self, req, resp):
        password = req.get_param("password", required=True)
        stored = req.get_param("hash") or hasher.hash("swordfish")
        try:
            resp.media = {"match": hasher.verify(stored, password)}
        except VerifyMismatchError:
            resp.media = {"match": False}


app = falcon.App()
app.add_route("/hash", Hash())
app.add_route("/check", Check())

if __name__ == "__main__":
    serve(app, host="0.0.0.0", port=8080)
