def twin(call):
    call()  # <- twin
