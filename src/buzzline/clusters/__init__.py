"""Where does a cluster begin and end?"""
