"""The world as Huawei Cloud Workspace shows it over REST. Reads the world, never decides in it."""
