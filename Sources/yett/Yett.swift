@main struct Yett { static func main() {} }
