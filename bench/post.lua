-- Posts the file that the environment names.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = io.open(os.getenv("BODY"), "rb"):read("*a")
