open System

[<EntryPoint>]
let main argv =
    let parts = (if argv.Length > 0 then argv.[0] else "1d6").Split('d')
    let count, sides = int parts.[0], int parts.[1]
    let rolls = List.init count (fun _ -> Random.Shared.Next(1, sides + 1))
    printfn "%s: %d" argv.[0] (List.sum rolls)
    0
