throw new Error("A test among the routes is no route");
